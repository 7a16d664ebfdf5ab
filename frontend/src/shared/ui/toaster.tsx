import { Toast } from "@base-ui/react/toast";
import { useEffect } from "react";
import { problemText } from "@/shared/api/problem";
import { takeNotices, useWaitingNotices } from "@/shared/notices";
import "@/shared/ui/toaster.css";

const SHOWN_MS = 12_000;

/** Shows notices in a corner, one below the other; F6 leads the keyboard there, and a look at them stops their clock. */
export function Toaster() {
  return (
    <Toast.Provider timeout={SHOWN_MS}>
      <Toasts />
    </Toast.Provider>
  );
}

/** Alerts without a question: not the dialogs that the library makes of them, and their button is there for everyone. */
function Toasts() {
  const { toasts, add } = Toast.useToastManager();
  const waiting = useWaitingNotices();

  useEffect(() => {
    if (waiting.length === 0) return;
    for (const { title, error } of waiting) add({ title, description: problemText(error) });
    takeNotices(waiting);
  }, [waiting, add]);

  return (
    <Toast.Portal>
      <Toast.Viewport className="toasts">
        {toasts.map((toast) => (
          <Toast.Root
            key={toast.id}
            toast={toast}
            role="alert"
            aria-modal={undefined}
            className="toast alert alert-danger"
          >
            <div className="toast-text">
              <Toast.Title render={<strong />} />
              <Toast.Description />
            </div>
            <Toast.Close className="button button-quiet" aria-label="Dismiss the notice" aria-hidden={undefined}>
              Dismiss
            </Toast.Close>
          </Toast.Root>
        ))}
      </Toast.Viewport>
    </Toast.Portal>
  );
}
