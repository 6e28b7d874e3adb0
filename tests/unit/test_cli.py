"""What the command line accepts, says and exits with."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import pytest

from syndicate.app.founding import Answers, found
from syndicate.app.reporting import Status
from syndicate.cli import COMMANDS, cli, main
from syndicate.cli.init import answer
from syndicate.cli.output import tally_words
from syndicate.cli.status import lines
from syndicate.model import DeliveryState, Tally, Tick

NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process; give its exit status and what it printed."""

    def command(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, said.out, said.err

    return command


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A publication with one article, in a folder with a space and letters beyond ASCII."""
    folder = tmp_path / "kabar désa"
    found(folder, Answers("Kabar", "http://127.0.0.1:8000", "id", "Asia/Jakarta", ""), demo=False, now=NOW)
    (folder / "content" / "hai.md").write_text("# Hai\n\nApa kabar?\n", "utf-8")
    return folder / "config.yaml"


def test_config_is_taken_before_and_after_the_command(run: Run, config: Path) -> None:
    """People type --config at the end; the last one given counts."""
    for arguments in (
        ["--config", str(config), "check"],
        ["check", "--config", str(config)],
        ["--config", "nowhere.yaml", "check", "--config", str(config)],
    ):
        assert run(*arguments) == (0, "1 article read; no faults.\n", "")


def test_config_is_taken_at_every_depth(run: Run, config: Path) -> None:
    """Also between a group and its command, and after that."""
    assert run("subscribers", "--config", str(config), "list")[0] == 0
    assert run("subscribers", "list", "--config", str(config))[0] == 0


def test_each_command_has_a_whole_sentence_in_the_list() -> None:
    """No short help ends in an ellipsis, at 80 columns."""
    for name in COMMANDS:
        with click.Context(cli) as context:
            command = cli.get_command(context, name)
        if isinstance(command, click.Group) and not command.hidden:
            told = command.get_help(click.Context(command, terminal_width=80))
            assert "..." not in told.partition("Commands:")[2]


def test_a_file_in_the_way_is_one_sentence(run: Run, tmp_path: Path) -> None:
    """What the system refuses is said with the path, without a traceback."""
    (tmp_path / "file").write_text("x")
    status, _, said = run("init", str(tmp_path / "file" / "below"))
    assert status == 1
    assert said.startswith("Error: ")
    assert str(tmp_path / "file") in said
    assert said.count("\n") == 1


def test_the_next_steps_can_be_pasted(run: Run, tmp_path: Path) -> None:
    """The folder that init names is quoted for a shell."""
    status, said, _ = run("init", str(tmp_path / "kabar désa"), "--title", "x")
    assert status == 0
    assert f"cd '{tmp_path / 'kabar désa'}'\n" in said


def test_a_bad_answer_is_asked_again() -> None:
    """A question's answer is checked at once, and the reason names no setting."""
    assert answer("timezone", "Asia/Jakarta") == "Asia/Jakarta"
    with pytest.raises(
        click.UsageError, match=r"^no time zone is named 'Jakarta'; did you mean Asia/Jakarta"
    ):
        answer("timezone", "Jakarta")
    with pytest.raises(click.UsageError, match=r"^write an absolute address"):
        answer("url", "news.example.org")


def test_deliver_says_when_nothing_was_due(run: Run, config: Path) -> None:
    """Letters sent on other days are not told as this command's work."""
    assert run("deliver", "--config", str(config))[:2] == (0, "The outbox is empty.\n")
    run("subscribers", "add", "a@example.org", "--config", str(config))
    run("digest", "send", "daily", "--now", "--config", str(config))
    status, said, _ = run("deliver", "--config", str(config))
    assert (status, said) == (0, "The outbox is empty.\n")


def test_list_names_an_unknown_newsletter(run: Run, config: Path) -> None:
    """A misspelt newsletter is not told as one without subscribers."""
    status, _, said = run("subscribers", "list", "--newsletter", "dayly", "--config", str(config))
    assert status == 2
    assert "no newsletter is named 'dayly'" in said


def test_an_import_accounts_for_every_row(run: Run, config: Path, tmp_path: Path) -> None:
    """Rows with a bad address are in the sum as well."""
    people = tmp_path / "people.csv"
    people.write_text("email\na@example.org\nbad\n", "utf-8")
    status, said, _ = run("subscribers", "import", str(people), "--config", str(config))
    assert status == 1
    assert said == "2 rows: 1 added, 1 left out (cannot be read).\n"


def test_check_answers_a_machine_also_where_the_file_is_no_yaml(run: Run, config: Path) -> None:
    """--json is JSON whatever is wrong."""
    config.write_text("publication: [\n", "utf-8")
    status, said, _ = run("check", "--json", "--config", str(config))
    assert status == 78
    assert json.loads(said)["faults"][0].endswith("config.yaml:2:1: did not find expected node content")


def test_a_mail_test_into_a_folder_says_that_nobody_was_mailed(run: Run, config: Path) -> None:
    """A newcomer must not wait for a letter that cannot come."""
    status, said, _ = run("mail", "test", "a@example.org", "--config", str(config))
    assert status == 0
    assert "mail.transport is folder" in said


def _status(**changed: object) -> Status:
    values: dict[str, object] = {
        "running": False,
        "articles": {},
        "newsletters": (),
        "editions": 0,
        "deliveries": Tally({}),
        "ticks": {},
        "wrong": (),
    }
    return Status(**{**values, **changed})  # type: ignore[arg-type]


def test_status_does_not_call_a_crashed_scan_under_way() -> None:
    """A tick without an end, while nothing runs, was cut short."""
    ticks = {"scan": Tick("scan", NOW, None, "", None)}
    assert "  scan      began Mon 2027-03-01 12:00 (UTC) and did not end" in lines(
        _status(ticks=ticks), ZoneInfo("UTC")
    )


def test_waiting_letters_are_told_by_state() -> None:
    """An operator sees whether letters wait for a first try or for another one."""
    tally = Tally({DeliveryState.SENT: 5, DeliveryState.PENDING: 2, DeliveryState.DEFERRED: 1})
    assert tally_words(tally) == "8 letters: 5 sent, 0 failed, 0 skipped, 3 waiting (2 pending, 1 deferred)"
    assert tally_words(Tally({})) == "no letters yet"
