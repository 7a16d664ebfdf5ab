import { Toast } from "@base-ui/react/toast";
import { useEffect } from "react";
import { takeNotices, useWaitingNotices, type Notice } from "@/shared/notices";
import { Icon } from "@/shared/ui/icon";
import { common } from "@/texts/common";
import "@/shared/ui/toaster.css";

const DONE_MS = 6_000;
const FAILED_MS = 12_000;

/** Shows notices in a corner, one below the other; F6 leads the keyboard there, and a look at them stops their clock. */
export function Toaster() {
  return (
    <Toast.Provider>
      <Toasts />
    </Toast.Provider>
  );
}

/** Alerts without a question: not the dialogs that the library makes of them, and their buttons are there for everyone. */
function Toasts() {
  const { toasts, add, close } = Toast.useToastManager<Notice>();
  const waiting = useWaitingNotices();

  useEffect(() => {
    if (waiting.length === 0) return;
    for (const notice of waiting) {
      const { kind, title, detail, undo } = notice;
      // Time enough to read it, and to change one's mind.
      const timeout = kind === "failed" || undo ? FAILED_MS : DONE_MS;
      add({ title, description: detail, data: notice, timeout, priority: kind === "failed" ? "high" : "low" });
    }
    takeNotices(waiting);
  }, [waiting, add]);

  return (
    <Toast.Portal>
      <Toast.Viewport className="toasts">
        {toasts.map((toast) => {
          const { kind, undo } = toast.data ?? { kind: "done" };
          return (
            <Toast.Root
              key={toast.id}
              toast={toast}
              role={kind === "failed" ? "alert" : "status"}
              aria-modal={undefined}
              className={`toast toast-${kind}`}
            >
              <div className="toast-text">
                <Toast.Title render={<strong />} />
                {toast.description && <Toast.Description />}
              </div>
              <div className="toast-actions">
                {undo && (
                  <button
                    type="button"
                    className="button"
                    onClick={() => {
                      close(toast.id);
                      undo();
                    }}
                  >
                    {common.undo}
                  </button>
                )}
                <Toast.Close
                  className="button button-quiet button-icon"
                  aria-label={common.dismissNotice}
                  aria-hidden={undefined}
                >
                  <Icon name="close" />
                </Toast.Close>
              </div>
            </Toast.Root>
          );
        })}
      </Toast.Viewport>
    </Toast.Portal>
  );
}
