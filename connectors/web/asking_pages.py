"""The page groups of asking: they share the workers that ask in the background of the console's process."""

from flask import Flask

from connectors.console.context import Console
from connectors.desk.run_questions import QuestionWorkers
from connectors.web.approval_pages import approval_pages
from connectors.web.ask_pages import ask_pages
from connectors.web.draft_deletion_pages import question_deletion_pages
from connectors.web.question_pages import question_pages
from connectors.web.review_pages import review_pages


def register_asking_pages(app: Flask, console: Console) -> None:
    """Register the pages of questions, approvals and reviews; goes on with what a stopped console left."""
    workers = QuestionWorkers(console)
    app.register_blueprint(ask_pages(console, workers))
    app.register_blueprint(question_deletion_pages(console))
    app.register_blueprint(question_pages(console, workers))
    app.register_blueprint(approval_pages(console))
    app.register_blueprint(review_pages(console, workers))
    workers.go_on()
