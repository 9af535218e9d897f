"""Files: attached to a customer, forgotten after an import; through the real bucket."""

from __future__ import annotations

import http.client
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


class Imports(Files):
    def test_an_imported_file_is_not_kept(self) -> None:
        begun = self.api.post("/api/imports", {"kind": "orders"})
        file = f"email,orderId,total\n{self.email(0)},{self.mark}-1,5\n{self.email(1)},{self.mark}-2,x\n".encode()
        self.assertEqual(request(begun["upload"]["method"], begun["upload"]["url"], file, begun["upload"]["headers"])[0], 200)
        path = f"/api/imports/{begun['id']}"
        self.eventually(lambda: self.api.get(path)["status"] == "done", 60, "the import")
        self.eventually(lambda: not self.keys(f"imports/{begun['id']}/"), what="the deletion")
        self.assertIn(self.email(1), self.api.call("GET", f"{path}/rejected").body.decode())
