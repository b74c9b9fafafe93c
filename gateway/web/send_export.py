"""Sends an exported file as a download, and closes it: it has no name, so that is its end."""

from flask import Response, send_file

from gateway.services.export_files import ExportedFile


def send_export(file: ExportedFile) -> Response:
    """Return the download. Its export was logged before."""
    response = send_file(file.stream, file.media_type, as_attachment=True, download_name=file.name)
    response.headers["Content-Length"] = str(file.stream.seek(0, 2))
    file.stream.seek(0)
    response.call_on_close(file.stream.close)
    return response
