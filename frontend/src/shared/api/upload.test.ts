import { describe, expect, it, vi } from "vitest";
import { formOf, problemFromS3, uploadToS3 } from "@/shared/api/upload";
import { FakeXhr } from "@/test/fake-xhr";

const POST = { url: "https://bucket.example/", fields: { key: "files/1", policy: "p", "x-amz-signature": "s" } };
const FILE = new File(["hello"], "hello.txt", { type: "text/plain" });

function s3Error(code: string, message = "In S3's words.") {
  return `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
}

describe("an upload", () => {
  it("posts the policy's fields, and the file as the last", async () => {
    const sent = FakeXhr.install();
    const upload = uploadToS3(POST, FILE);
    sent[0]?.answer(204);
    await upload;
    expect([sent[0]?.method, sent[0]?.url]).toEqual(["POST", POST.url]);
    expect([...formOf(POST, FILE).keys()]).toEqual(["key", "policy", "x-amz-signature", "file"]);
  });

  it("tells how much has been sent, when the browser knows", async () => {
    const sent = FakeXhr.install();
    const onProgress = vi.fn();
    const upload = uploadToS3(POST, FILE, { onProgress });
    sent[0]?.progress(0, 0);
    sent[0]?.progress(1, 4);
    sent[0]?.progress(4, 4);
    sent[0]?.answer(204);
    await upload;
    expect(onProgress.mock.calls).toEqual([[0.25], [1]]);
  });

  it("fails with S3's reason in plain words", async () => {
    const sent = FakeXhr.install();
    const upload = uploadToS3(POST, FILE);
    sent[0]?.answer(400, s3Error("EntityTooLarge"));
    await expect(upload).rejects.toMatchObject({ status: 400, detail: "The file is larger than allowed." });
  });

  it("fails readably when the connection breaks", async () => {
    const sent = FakeXhr.install();
    const upload = uploadToS3(POST, FILE);
    sent[0]?.breakConnection();
    await expect(upload).rejects.toMatchObject({ status: 0, message: "The connection to the file storage was lost" });
  });

  it("stops when it is cancelled", async () => {
    const sent = FakeXhr.install();
    const controller = new AbortController();
    const upload = uploadToS3(POST, FILE, { signal: controller.signal });
    controller.abort();
    await expect(upload).rejects.toMatchObject({ name: "AbortError" });
    expect(sent[0]?.aborted).toBe(true);
  });

  it("does not begin when it was cancelled before", async () => {
    const sent = FakeXhr.install();
    await expect(uploadToS3(POST, FILE, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
    expect(sent).toHaveLength(0);
  });
});

describe("a refusal by S3", () => {
  it.each([
    [400, s3Error("EntityTooLarge"), "The file is larger than allowed."],
    [403, s3Error("AccessDenied"), "Permission to upload has expired or doesn’t match the file. Try again."],
    [400, s3Error("SomethingNew"), "In S3's words."],
    [502, "<html>Bad gateway</html>", "The file storage responded with 502."],
    [500, "", "The file storage responded with 500."],
  ])("of status %i is explained", (status, body, detail) => {
    expect(problemFromS3(status, body)).toMatchObject({ status, detail });
  });
});
