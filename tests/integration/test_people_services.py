"""Each service's list comes in and goes out whole: who is subscribed, who is not, what of them is kept.

The files are made here from the column sets of the services' exports.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from list_steps import comes_in, everyone, files_come_in, goes_out, known, stopped
from publications import Publication, maker

MEMBER = (
    "Email Address,First Name,Last Name,Phone Number,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,"
    "CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,{more}LEID,EUID,NOTES,TAGS\n"
)
SUBSCRIBED = MEMBER.format(more="") + (
    'ani@x.example,Ani,"O\'Neil, Dr.",,2,"2019-03-14 09:12:31",203.0.113.9,"2019-03-14 09:14:00",203.0.113.9,'
    '-6.2,106.8,7,7,Asia/Jakarta,ID,JK,"2021-01-01 00:00:00",1001,aa11,"met at\nthe fair",'
    '"""vip"",""kota"""\n'
    'budi@x.example,Budi,,,4,,,"2020-02-29 23:59:59",198.51.100.7,,,,,,,,"2021-01-01 00:00:00",1002,bb22,,\n'
)
UNSUBSCRIBED = MEMBER.format(
    more="UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,"
) + (
    'citra@x.example,Citra,,,2,"2018-01-01 00:00:00",,"2018-01-01 00:00:00",,,,,,,,,"2020-05-05 10:00:00",'
    '"2020-05-05 10:00:00",Kabar 12,c12,"NORMAL (No longer interested)",,1003,cc33,,\n'
    'dewi@x.example,Dewi,,,1,,,"2018-01-01 00:00:00",,,,,,,,,"2020-06-06 10:00:00",'
    '"2020-06-06 10:00:00",,,"ABUSE: marked as spam",,1004,dd44,,\n'
)
CLEANED = MEMBER.format(more="CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,") + (
    'eka@x.example,Eka,,,1,,,"2017-01-01 00:00:00",,,,,,,,,"2019-09-09 09:09:09",'
    '"2019-09-09 09:09:09",Kabar 3,c3,1005,ee55,,\n'
)
FILES = {
    "subscribed_email_audience_export_1a2b.csv": SUBSCRIBED,
    "unsubscribed_email_audience_export_1a2b.csv": UNSUBSCRIBED,
    "cleaned_email_audience_export_1a2b.csv": CLEANED,
    "nonsubscribed_email_audience_export_1a2b.csv": SUBSCRIBED.replace("ani@", "shop@").replace(
        "budi@", "buy@"
    ),
}


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Publication]:
    """A publication that keeps whole IP addresses."""
    with maker(tmp_path) as make:
        made = make()
        made.configuration_says("mail:", "privacy: {ip: full}\nmail:")
        yield made


def holds_every_cell(news: Publication, text: str, delimiter: str = ",") -> None:
    """Look for each cell of a list in our own, but for IP addresses: those of long ago are not kept."""
    out = goes_out(news, as_json=True).decode()
    for row in csv.reader(io.StringIO(text), delimiter=delimiter):
        for cell in filter(None, row if "@" in row[0] + row[1] else []):
            if re.fullmatch(r"\d+\.\d+\.\d+\.\d+", cell):
                assert cell not in out
                continue
            quoted = cell.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            assert quoted in out or quoted.casefold() in out.casefold(), cell


@pytest.mark.parametrize("packed", [True, False])
def test_mailchimps_three_files(news: Publication, packed: bool) -> None:
    """Unsubscribed and cleaned ones become suppressions, abuse a complaint; others are left out."""
    if packed:
        files = [news.folder / "audience.zip"]
        with zipfile.ZipFile(files[0], "w") as archive:
            for name, text in FILES.items():
                archive.writestr(name, text)
    else:
        files = [news.folder / name for name in FILES]
        for file in files:
            file.write_text(FILES[file.name])
    said = files_come_in(news, files)
    assert set(everyone(news)) == {"ani@x.example", "budi@x.example"}
    assert stopped(news) == {
        "citra@x.example": ("", "unsubscribed"),
        "dewi@x.example": ("", "complained"),
        "eka@x.example": ("", "bounced"),
    }
    assert said.account.left_out == {"not subscribed": 2}
    ani = known(news, "ani@x.example")
    [consent] = ani.consents
    assert (consent.kind, consent.at, consent.ip) == (
        "imported",
        datetime(2019, 3, 14, 9, 14, tzinfo=UTC),
        None,
    )
    assert consent.source == "subscribed_email_audience_export_1a2b.csv"
    assert consent.evidence == {"OPTIN_TIME": "2019-03-14 09:12:31", "CONFIRM_TIME": "2019-03-14 09:14:00"}
    assert ani.subscriptions[0].started_at == consent.at
    assert ani.subscriptions[0].extra["TAGS"] == '"vip","kota"'
    [gone] = known(news, "citra@x.example").suppressions
    assert gone.at == datetime(2020, 5, 5, 10, tzinfo=UTC)
    assert gone.evidence["UNSUB_REASON"] == "NORMAL (No longer interested)"
    for text in (SUBSCRIBED, UNSUBSCRIBED, CLEANED):
        holds_every_cell(news, text)


SUBSTACK = (
    "email,active_subscription,expiry,plan,email_disabled,prefer_digests,created_at,first_payment_at\n"
    "ani@x.example,true,2027-01-01T00:00:00.000Z,yearly,false,false,2021-05-06T07:08:09.100Z,2021-06-01\n"
    "budi@x.example,false,,other,false,true,2022-05-06T07:08:09.100Z,\n"
    "citra@x.example,false,,other,true,false,2020-05-06T07:08:09.100Z,\n"
)


def test_substacks_list(news: Publication) -> None:
    """Who turned mail off is no subscriber; a paid subscription is only a note."""
    comes_in(news, SUBSTACK.encode(), "email_list.kabar.csv")
    assert set(everyone(news)) == {"ani@x.example", "budi@x.example"}
    assert stopped(news) == {"citra@x.example": ("", "unsubscribed")}
    ani = known(news, "ani@x.example")
    assert ani.subscriptions[0].started_at == datetime(2021, 5, 6, 7, 8, 9, 100_000, tzinfo=UTC)
    assert ani.subscriptions[0].extra["plan"] == "yearly"
    assert ani.consents[0].evidence["email_disabled"] == "false"
    holds_every_cell(news, SUBSTACK)


GHOST = (
    "id;email;name;note;subscribed_to_emails;complimentary_plan;stripe_customer_id;created_at;deleted_at;labels;tiers\n"
    '6a;ani@x.example;Añi;"said ""yes""";true;;cus_1;2021-05-06T07:08:09.000Z;;"Kota, VIP";Gold\n'
    "6b;budi@x.example;Budi;;false;;;2021-05-06T07:08:09.000Z;;;\n"
    "6c;citra@x.example;Citra;;true;;;2021-05-06T07:08:09.000Z;2022-01-02T03:04:05.000Z;;\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252", "utf-8-sig"])
def test_ghosts_members_as_a_spreadsheet_saves_them(news: Publication, encoding: str) -> None:
    """Semicolons, and whatever encoding the spreadsheet has; labels are kept."""
    said = comes_in(news, GHOST.encode(encoding), "members.csv")
    assert everyone(news)["ani@x.example"]["labels"] == "Kota, VIP"
    assert everyone(news)["ani@x.example"]["name"] == "Añi"
    gone = dict.fromkeys(("budi@x.example", "citra@x.example"), ("", "unsubscribed"))
    assert stopped(news) == gone and said.account.wrong == 0
    holds_every_cell(news, GHOST, ";")


LISTMONK = (
    "uuid,email,name,attributes,status,created_at,updated_at\n"
    '5e91,ani@x.example,Ani,"{""city"": ""Bogor"", ""tags"": [1, 2]}",enabled,'
    "2020-01-02 03:04:05.678901 +0000 UTC,2021-01-02 03:04:05 +0000 UTC\n"
    "5e92,budi@x.example,Budi,{},blocklisted,2020-01-02 03:04:05 +0700 WIB,2021-01-02 03:04:05 +0000 UTC\n"
    "5e93,citra@x.example,Citra,{},disabled,2020-01-02 03:04:05 +0000 UTC,2021-01-02 03:04:05 +0000 UTC\n"
)


def test_listmonks_subscribers(news: Publication) -> None:
    """Go's moments are read; a blocklisted address is blocked, a disabled one left out."""
    said = comes_in(news, LISTMONK.encode("utf-16"), "subscribers.csv")
    assert set(everyone(news)) == {"ani@x.example"} and stopped(news) == {"budi@x.example": ("", "blocked")}
    assert said.account.left_out == {"not subscribed": 1}
    ani = known(news, "ani@x.example")
    assert ani.consents[0].at == datetime(2020, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    assert ani.subscriptions[0].extra["attributes"] == '{"city": "Bogor", "tags": [1, 2]}'
    holds_every_cell(news, LISTMONK.rpartition("5e93")[0])


BEEHIIV = (
    "email,First Name,Last Name,status,tier,created_at,unsubscribed_at,utm_source,referral_code\n"
    "ani@x.example,Ani,A,active,premium,2023-05-06 07:08:09,,twitter,r1\n"
    "budi@x.example,Budi,B,inactive,free,2023-05-06 07:08:09,2024-01-02 03:04:05,,r2\n"
    "citra@x.example,Citra,C,pending,free,2024-05-06 07:08:09,,,r3\n"
    "dewi@x.example,Dewi,D,invalid,free,2024-05-06 07:08:09,,,r4\n"
    "eka@x.example,Eka,E,needs_attention,free,2024-05-06 07:08:09,,,r5\n"
)


def test_beehiivs_subscribers(news: Publication) -> None:
    """An inactive one has left there; one that was never confirmed is left out."""
    said = comes_in(news, BEEHIIV.encode(), "subscribers.csv")
    assert everyone(news)["ani@x.example"]["tier"] == "premium"
    assert stopped(news) == {"budi@x.example": ("", "unsubscribed"), "dewi@x.example": ("", "bounced")}
    assert said.notes[1:2] + said.notes[3:] == ["4 left out not confirmed", "6 left out not subscribed"]
    [gone] = known(news, "budi@x.example").suppressions
    assert gone.at == datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    holds_every_cell(news, "\n".join(BEEHIIV.splitlines()[:3]))


BUTTONDOWN = (
    "id,email,notes,metadata,tags,type,source,creation_date,"
    "unsubscription_date,unsubscription_reason,ip_address,utm_source\n"
    'a1,ani@x.example,"likes, commas","{""nama"": ""Ani""}","vip,kota",premium,api,'
    "2022-02-03T04:05:06.789Z,,,203.0.113.9,x\n"
    "b2,budi@x.example,,{},,regular,embedded_form,2022-02-03T04:05:06Z,,,,\n"
    "c3,citra@x.example,,{},,unsubscribed,import,2022-02-03T04:05:06Z,2023-02-03T04:05:06Z,too many,,\n"
    "d4,dewi@x.example,,{},,unactivated,embedded_form,2022-02-03T04:05:06Z,,,,\n"
    "e5,eka@x.example,,{},,undeliverable,embedded_form,2022-02-03T04:05:06Z,,,,\n"
    "f6,fitri@x.example,,{},,spammy,embedded_form,2022-02-03T04:05:06Z,,,,\n"
    "g7,gita@x.example,,{},,churning,embedded_form,2022-02-03T04:05:06Z,,,,\n"
)


def test_buttondowns_subscribers(news: Publication) -> None:
    """Its types are understood, those of payers too; who is not activated is left out."""
    said = comes_in(news, BUTTONDOWN.encode(), "export.csv")
    assert set(everyone(news)) == {"ani@x.example", "budi@x.example", "gita@x.example"}
    assert stopped(news) == {
        "citra@x.example": ("", "unsubscribed"),
        "eka@x.example": ("", "bounced"),
        "fitri@x.example": ("", "blocked"),
    }
    assert said.account.left_out == {"not confirmed": 1}
    [consent] = known(news, "ani@x.example").consents
    assert consent.at == datetime(2022, 2, 3, 4, 5, 6, 789_000, tzinfo=UTC)
    holds_every_cell(news, "".join(line for line in BUTTONDOWN.splitlines(True) if "dewi" not in line))


def test_other_programs_lists(news: Publication) -> None:
    """Yes and no in columns of many names; the weightiest counts, and no consent is made of nothing."""
    body = (
        "Email;SMS;EMAIL_BLACKLISTED;Subscribed;Bounced\n"
        "a@x.example;1;false;yes;no\nb@x.example;1;true;yes;no\nc@x.example;1;false;;no\n"
        "d@x.example;1;false;yes;2020-01-01\ne@x.example;1;false;maybe;no\nf@x.example;1;false;no;no\n"
    )
    said = comes_in(news, body.encode())
    assert set(everyone(news)) == {"a@x.example"}
    assert {email: reason for email, (_, reason) in stopped(news).items()} == {
        "b@x.example": "unsubscribed",
        "d@x.example": "bounced",
        "f@x.example": "unsubscribed",
    }
    assert said.account.left_out == {"state not known": 2}


@pytest.mark.parametrize(
    ("keeping", "kept"), [("full", "203.0.113.9"), ("truncated", "203.0.113.0"), ("none", None)]
)
def test_ip_addresses_are_kept_as_the_configuration_says(
    news: Publication, keeping: str, kept: str | None
) -> None:
    """Nowhere but with the consent, and none that would be taken away at once: they go after 30 days."""
    news.configuration_says("ip: full", f"ip: {keeping}")
    comes_in(news, SUBSCRIBED.replace("2019-03-14 09", "2026-11-14 09").encode(), "subscribed.csv")
    assert known(news, "ani@x.example").consents[0].ip == kept
    assert known(news, "budi@x.example").consents[0].ip is None
    out = goes_out(news)
    assert (b"203.0.113.9" in out) == (keeping == "full") and b"198.51.100.7" not in out


def test_one_newsletters_list_stops_that_newsletter_alone(news: Publication) -> None:
    """Who left a list left what it is imported for; an address that bounces does so for all."""
    body = b"email,status\na@x.example,unsubscribed\nb@x.example,bounced\n"
    comes_in(news, body, newsletters=("daily",), only="daily")
    assert stopped(news) == {"a@x.example": ("daily", "unsubscribed"), "b@x.example": ("", "bounced")}
