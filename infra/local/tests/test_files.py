"""Files: attached to a customer, exported from a segment, forgotten after an import; through the real bucket."""

from __future__ import annotations

import csv
import http.client
import io
import json
import urllib.parse
import uuid
from typing import Any

from infra.local.tests.harness import StackTest


def request(method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
    """One request past the API, as a browser makes it; the status, the headers and the body of the answer."""
    where = urllib.parse.urlsplit(url)
    kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
    connection = kind(where.netloc, timeout=60)
    try:
        connection.request(method, f"{where.path}?{where.query}", body, headers or {})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


class Files(StackTest):
    """Each test has customers of its own."""

    def setUp(self) -> None:
        self.mark = uuid.uuid4().hex[:12]

    def email(self, number: int) -> str:
        return f"{self.mark}-{number}@files.example"

    def bucket(self) -> str:
        return self.outputs()["UploadsBucketName"]

    def keys(self, prefix: str) -> list[str]:
        pages = self.aws("s3").get_paginator("list_objects_v2").paginate(Bucket=self.bucket(), Prefix=prefix)
        return [found["Key"] for page in pages for found in page.get("Contents", [])]

    def customer(self) -> str:
        """Path of a new customer."""
        made = self.api.post("/api/customers", {"email": self.email(0)})
        path = f"/api/customers/{made['id']}"
        self.eventually(lambda: self.api.call("GET", path).status == 200, what="the customer")
        return path


class Attachments(Files):
    def add(self, path: str, size: int, kind: str = "application/pdf", name: str = "Offer – 7.pdf") -> dict[str, Any]:
        added: dict[str, Any] = self.api.post(f"{path}/attachments", {"name": name, "contentType": kind, "size": size})
        return added

    def test_a_file_comes_as_announced_and_goes_to_whom_it_may(self) -> None:
        path, content = self.customer(), b"%PDF-1.7 " + bytes(range(256)) * 40
        added = self.add(path, len(content))
        self.assertEqual((added["state"], added["mayDownload"], added["upload"]["method"]), ("waiting", True, "PUT"))
        file, upload = f"{path}/attachments/{added['id']}", added["upload"]
        self.assertEqual(self.api.call("GET", file).json()["code"], "attachment_waiting")

        self.assertEqual(request("PUT", upload["url"], content + b"!", upload["headers"])[0], 403, "longer than announced")
        self.assertEqual(request("PUT", upload["url"], content[:-1], upload["headers"])[0], 403, "shorter than announced")
        html = {**upload["headers"], "content-type": "text/html"}
        self.assertEqual(request("PUT", upload["url"], content, html)[0], 403, "of another type")
        self.assertEqual(self.api.get(f"{path}/attachments")["items"][0]["state"], "waiting")
        self.assertEqual(request("PUT", upload["url"], content, upload["headers"])[0], 200)
        self.assertEqual(request("PUT", upload["url"], content[::-1], upload["headers"])[0], 412, "a second time")

        listed = self.api.get(f"{path}/attachments")
        self.assertEqual([(one["state"], one["size"], one["name"]) for one in listed["items"]], [("stored", len(content), "Offer – 7.pdf")])
        found = self.api.get(file)
        status, headers, body = request("GET", found["url"])
        self.assertEqual((status, body, headers["content-type"]), (200, content, "application/pdf"))
        self.assertEqual(headers["content-disposition"], "attachment; filename=\"Offer _ 7.pdf\"; filename*=UTF-8''Offer%20%E2%80%93%207.pdf")

        marketer = self.as_role("marketer")
        self.assertFalse(marketer.get(f"{path}/attachments")["items"][0]["mayDownload"])
        for method in ("GET", "DELETE"):
            self.assertEqual(marketer.call(method, file).status, 403)
        self.assertEqual(self.api.call("DELETE", file).status, 204)
        self.assertEqual(self.keys(f"attachments/{path.rsplit('/', 1)[1]}/"), [])
        self.assertEqual(self.api.call("GET", file).status, 404)
        self.assertEqual(self.api.get(f"{path}/attachments"), {"items": [], "nextCursor": None})
        told = self.api.get(f"/api/audit?object=customers/{path.rsplit('/', 1)[1]}/attachments/{added['id']}")["items"]
        self.assertEqual([one["action"] for one in told], ["delete_attachment", "add_attachment"])
        self.assertNotIn("Offer", json.dumps(told))

    def test_what_may_not_be_attached_is_refused(self) -> None:
        path = self.customer()
        for body in (
            {"name": "a.html", "contentType": "text/html", "size": 1},
            {"name": "a.pdf", "contentType": "application/pdf", "size": 10_485_761},
            {"name": "a/b.pdf", "contentType": "application/pdf", "size": 1},
        ):
            self.assertEqual(self.api.call("POST", f"{path}/attachments", body).status, 422, body)
        self.assertEqual(self.as_role("analyst").call("POST", f"{path}/attachments", {}).status, 403)


class Exports(Files):
    def people(self, count: int) -> None:
        def one(number: int) -> dict[str, Any]:
            attributes: dict[str, Any] = {"mark": self.mark, "number": number}
            if number == count - 1:
                attributes["rare"] = '=HYPERLINK("http://x")'
            return {"email": self.email(number), "name": f"Rao, \"{number}\"", "phone": "+91 98", "tags": ["b", "a"], "attributes": attributes}

        everybody = [one(number) for number in range(count)]
        for first in range(0, count, 500):
            self.api.post("/api/customers", {"items": everybody[first : first + 500]})
        self.applied()

    def segment(self, count: int) -> str:
        """A built segment of this test's customers."""
        rules = {"combinator": "and", "rules": [{"field": "attributes.mark", "operator": "=", "value": self.mark}]}
        made = self.api.post("/api/segments", {"name": f"Exported {self.mark}", "rules": rules})
        path = f"/api/segments/{made['id']}"
        self.addCleanup(self.api.call, "DELETE", path)

        def is_live() -> bool:
            found = self.api.get(path)
            return bool(found["state"] == "live" and found["count"] == count)

        self.eventually(is_live, 60, "the build")
        return path

    def exported(self, segment: str, api: Any = None) -> tuple[str, dict[str, Any]]:
        """Path and end of an export. Once more where the erasure of another test's customer has taken the file away."""
        path, ended = self.exported_once(segment, api or self.api)
        return (path, ended) if "url" in ended or ended["status"] != "done" else self.exported_once(segment, api or self.api)

    def exported_once(self, segment: str, api: Any) -> tuple[str, dict[str, Any]]:
        begun = api.call("POST", f"{segment}/exports")
        self.assertEqual((begun.status, begun.json()["status"]), (202, "queued"), begun.body)
        path = begun.headers["location"]
        ended: dict[str, Any] = {}

        def has_ended() -> bool:
            ended.update(api.get(path))
            return ended["status"] not in ("queued", "running")

        self.eventually(has_ended, 60, "the export")
        return path, ended

    def test_every_member_is_a_row(self) -> None:
        count = 640
        self.people(count)
        segment = self.segment(count)
        marketer = self.as_role("marketer")
        path, done = self.exported(segment, marketer)
        self.assertEqual((done["status"], done["rows"]), ("done", count), done)
        status, headers, body = request("GET", done["url"])
        self.assertEqual((status, headers["content-type"]), (200, "text/csv; charset=utf-8"))
        self.assertIn(f'attachment; filename="Exported {self.mark} ', headers["content-disposition"])

        rows = list(csv.DictReader(io.StringIO(body.decode(), newline="")))
        members: dict[str, Any] = {}
        cursor = ""
        while True:
            page = self.api.get(f"{segment}/members?limit=100{cursor}")
            members |= {item["email"]: item for item in page["items"]}
            if page["nextCursor"] is None:
                break
            cursor = f"&cursor={page['nextCursor']}"
        self.assertEqual(len(rows), count)
        self.assertEqual({row["email"] for row in rows}, set(members))
        for row in rows:
            member = members[row["email"]]
            self.assertEqual(row["name"], member["name"])
            self.assertEqual((row["id"], row["tags"], row["phone"]), (member["id"], "a; b", "'+91 98"))
            self.assertEqual((row["createdAt"], row["totalSpend"], row["emailConsent"]), (member["createdAt"], "0", "true"))
            self.assertEqual((row["attributes.mark"], row["attributes.number"]), (self.mark, f"{member['attributes']['number']:g}"))
        rare = {row["email"]: row["attributes.rare"] for row in rows}
        self.assertEqual(rare.pop(self.email(count - 1)), "'=HYPERLINK(\"http://x\")")
        self.assertEqual(set(rare.values()), {""})

        self.assertEqual(self.api.get(path)["status"], "done", "an owner may have it")
        for key in self.keys(f"exports/{path.rsplit('/', 1)[1]}"):
            self.aws("s3").delete_object(Bucket=self.bucket(), Key=key)
        self.assertNotIn("url", self.api.get(path), "of a file that is gone there is no address")
        self.assertEqual(self.as_role("admin").call("GET", path).status, 403)
        self.assertEqual(self.as_role("analyst").call("POST", f"{segment}/exports").status, 403)

    def test_files_larger_than_one_part_are_whole(self) -> None:
        # Some 4 KB of attributes each, so that 5 MiB are soon reached.
        count = 1_500
        filling = {f"filling{n}": "x" * 480 for n in range(7)}
        everybody = [{"email": self.email(n), "attributes": {"mark": self.mark, **filling}} for n in range(count)]
        for first in range(0, count, 200):
            self.api.post("/api/customers", {"items": everybody[first : first + 200]})
        self.applied(120)
        segment = self.segment(count)
        _, done = self.exported(segment)
        self.assertEqual((done["status"], done["rows"]), ("done", count), done)
        _, _, body = request("GET", done["url"])
        self.assertGreater(len(body), 5 * 1024 * 1024)
        rows = list(csv.DictReader(io.StringIO(body.decode(), newline="")))
        self.assertEqual({row["email"] for row in rows}, {self.email(n) for n in range(count)})
        self.assertEqual(len(rows), count)


class Imports(Files):
    def test_an_imported_file_is_not_kept(self) -> None:
        begun = self.api.post("/api/imports", {"kind": "orders"})
        file = f"email,orderId,total\n{self.email(0)},{self.mark}-1,5\n{self.email(1)},{self.mark}-2,x\n".encode()
        self.assertEqual(request(begun["upload"]["method"], begun["upload"]["url"], file, begun["upload"]["headers"])[0], 200)
        path = f"/api/imports/{begun['id']}"
        self.eventually(lambda: self.api.get(path)["status"] == "done", 60, "the import")
        self.eventually(lambda: not self.keys(f"imports/{begun['id']}/"), what="the deletion")
        self.assertIn(self.email(1), self.api.call("GET", f"{path}/rejected").body.decode())
