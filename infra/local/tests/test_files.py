"""Files: forgotten after an import; through the real bucket."""

from __future__ import annotations

import http.client
import urllib.parse
import uuid

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


class Imports(Files):
    def test_an_imported_file_is_not_kept(self) -> None:
        begun = self.api.post("/api/imports", {"kind": "orders"})
        file = f"email,orderId,total\n{self.email(0)},{self.mark}-1,5\n{self.email(1)},{self.mark}-2,x\n".encode()
        self.assertEqual(request(begun["upload"]["method"], begun["upload"]["url"], file, begun["upload"]["headers"])[0], 200)
        path = f"/api/imports/{begun['id']}"
        self.eventually(lambda: self.api.get(path)["status"] == "done", 60, "the import")
        self.eventually(lambda: not self.keys(f"imports/{begun['id']}/"), what="the deletion")
        self.assertIn(self.email(1), self.api.call("GET", f"{path}/rejected").body.decode())
