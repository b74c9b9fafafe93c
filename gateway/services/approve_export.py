"""Large exports wait for a second person: one asks, another approves, the first one takes the file, once."""

from datetime import timedelta
from typing import Final
from urllib.parse import parse_qsl, urlencode

import rfc8785

from gateway.domain.account import Account, scope_of
from gateway.domain.export_limits import MAX_EXPORT_ENTRIES, ExportFormat, needs_of
from gateway.domain.log_filter import LogFilter
from gateway.domain.roles import Permission
from gateway.domain.stated_reason import ReasonCode, StatedReason
from gateway.persistence.account_tables import ACCOUNT_TABLES
from gateway.persistence.engine import forget_deleted, read_transaction, write_transaction
from gateway.persistence.saved_search_queries import (
    ExportRequest,
    add_export_request,
    approve_export_request,
    delete_expired_export_requests,
    delete_export_request,
    find_export_request,
    list_export_requests,
)
from gateway.services.context import Gateway
from gateway.services.export_entries import (
    Approval,
    ExportFault,
    ExportRefusedError,
    ExportWish,
    count_export,
    export_entries,
)
from gateway.services.export_files import ExportedFile
from hosting.accounts.account_queries import find_row
from schemas.base64url import encode_base64url
from schemas.formats import digest_of

REQUEST_LIFETIME: Final = timedelta(days=7)


class NotYourApprovalError(PermissionError):
    """Somebody may not approve this: it is their own, or of more than they may read."""


def request_export(gateway: Gateway, account: Account, wish: ExportWish) -> str:
    """Ask for an export that needs a second person; return the request's id.

    Raises:
        ExportRefusedError: too much for any export, so little that nobody need approve, or no reason.
    """
    records = count_export(gateway, account, wish.filter)
    if records > MAX_EXPORT_ENTRIES:
        raise ExportRefusedError(ExportFault.TOO_MANY, records)
    if not needs_of(records).approval:
        raise ExportRefusedError(ExportFault.APPROVAL_NOT_NEEDED, records)
    if wish.reason is None:
        raise ExportRefusedError(ExportFault.REASON_MISSING, records)
    now = gateway.seconds()
    request = ExportRequest(
        id=gateway.new_uuid(),
        account=account.id,
        query=urlencode(wish.filter.parameters()),
        format=wish.form.value,
        records=records,
        reason=wish.reason.code.value,
        reason_text=wish.reason.text,
        case_ref=wish.reason.case,
        nonce=gateway.random(16),
        requested_at=now,
        expires_at=now + int(REQUEST_LIFETIME.total_seconds()),
    )
    with write_transaction(gateway.engine) as connection:
        delete_expired_export_requests(connection, now)
        add_export_request(connection, request)
    forget_deleted(gateway.engine)
    return request.id


def open_requests(gateway: Gateway, account: Account) -> list[ExportRequest]:
    """Return the requests that the account made or may approve, the newest first."""
    with read_transaction(gateway.engine) as connection:
        found = list_export_requests(connection, gateway.seconds())
    return [one for one in found if one.account == account.id or may_approve(gateway, account, one)]


def may_approve(gateway: Gateway, account: Account, request: ExportRequest) -> bool:
    """Return whether the account may approve: another person's export of entries that it may read itself."""
    if request.account == account.id or not account.may(Permission.EXPORT_ENTRIES):
        return False
    with read_transaction(gateway.engine) as connection:
        requester = find_row(connection, ACCOUNT_TABLES, request.account)
    scope = scope_of(account)
    return requester is not None and scope is not None and scope.agency in {None, requester.office}


def approve_export(gateway: Gateway, account: Account, request_id: str) -> None:
    """Approve somebody else's large export.

    Raises:
        NotYourApprovalError: one's own, of more than one may read, approved before, or none (any more).
    """
    request = _find(gateway, request_id)
    if request is None or not may_approve(gateway, account, request):
        raise NotYourApprovalError("不能批准此导出 / this export is not yours to approve")
    with write_transaction(gateway.engine) as connection:
        if not approve_export_request(connection, request_id, account.id, gateway.seconds()):
            raise NotYourApprovalError("不能批准此导出 / this export is not yours to approve")


def withdraw_export(gateway: Gateway, account: Account, request_id: str) -> None:
    """Delete one's own request; does nothing to those of others."""
    request = _find(gateway, request_id)
    if request is not None and request.account == account.id:
        with write_transaction(gateway.engine) as connection:
            delete_export_request(connection, request_id)
        forget_deleted(gateway.engine)


def export_approved(gateway: Gateway, account: Account, request_id: str) -> ExportedFile:
    """Return the file of one's own approved request, which is used up by it.

    Raises:
        ExportRefusedError: no such request of this account, or nobody has approved it.
        SeveralYearsError, AuditUnavailableError: as `export_entries`.
    """
    request = _find(gateway, request_id)
    if request is None or request.account != account.id or request.approver is None:
        raise ExportRefusedError(ExportFault.APPROVAL_UNKNOWN, 0)
    wish = ExportWish(
        filter=LogFilter.parse(dict(parse_qsl(request.query))),
        form=ExportFormat(request.format),
        reason=StatedReason(ReasonCode(request.reason), request.reason_text, request.case_ref),
    )
    approval = Approval(request.id, request.records, request.approver, _digest(request))
    file = export_entries(gateway, account, wish, approval)
    forget_deleted(gateway.engine)
    return file


def _find(gateway: Gateway, request_id: str) -> ExportRequest | None:
    """Return the request if it still holds."""
    with read_transaction(gateway.engine) as connection:
        request = find_export_request(connection, request_id)
    return request if request is not None and request.expires_at > gateway.seconds() else None


def _digest(request: ExportRequest) -> str:
    """Return the digest of the approval, which the log states; the nonce keeps it from being guessed."""
    approval = {
        "approved_at": request.approved_at,
        "approver": request.approver,
        "export": request.id,
        "format": request.format,
        "nonce": encode_base64url(request.nonce),
        "query": request.query,
        "records": request.records,
        "requester": request.account,
    }
    return digest_of(rfc8785.dumps(approval))
