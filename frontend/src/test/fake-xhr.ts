/** S3 as the browser's XMLHttpRequest sees it: the test sends progress and the answer. */
import { vi } from "vitest";

export class FakeXhr {
  static sent: FakeXhr[] = [];
  static install(): FakeXhr[] {
    FakeXhr.sent = [];
    vi.stubGlobal("XMLHttpRequest", FakeXhr);
    return FakeXhr.sent;
  }

  upload = new EventTarget();
  status = 0;
  responseText = "";
  method = "";
  url = "";
  form = new FormData();
  aborted = false;
  private readonly events = new EventTarget();

  open(method: string, url: string) {
    this.method = method;
    this.url = url;
  }

  send(form: FormData) {
    this.form = form;
    FakeXhr.sent.push(this);
  }

  addEventListener(type: string, listener: () => void) {
    this.events.addEventListener(type, listener);
  }

  abort() {
    this.aborted = true;
    this.events.dispatchEvent(new Event("abort"));
  }

  progress(loaded: number, total: number) {
    this.upload.dispatchEvent(new ProgressEvent("progress", { lengthComputable: total > 0, loaded, total }));
  }

  answer(status: number, responseText = "") {
    this.status = status;
    this.responseText = responseText;
    this.events.dispatchEvent(new Event("load"));
  }

  breakConnection() {
    this.events.dispatchEvent(new Event("error"));
  }
}
