import { ApiProblem, problemText } from "@/shared/api/problem";
import { common } from "@/texts/common";

interface ProblemAlertProps {
  error: Error;
  /** What did not work, for example "The items couldn’t be loaded". */
  title: string;
  onRetry?: () => void;
}

/** An error, readable: what failed, why, and the id to look for in the logs. */
export function ProblemAlert({ error, title, onRetry }: ProblemAlertProps) {
  const problem = error instanceof ApiProblem ? error : undefined;
  const fields = Object.entries(problem?.fields ?? {});

  return (
    <div className="alert alert-danger" role="alert">
      <strong>{title}</strong>
      {/* The detail of a refused form repeats what the list says. */}
      <p>{fields.length === 0 ? problemText(error) : error.message}</p>
      {fields.length > 0 && (
        <ul>
          {fields.map(([field, message]) => (
            <li key={field}>{common.field(field, message)}</li>
          ))}
        </ul>
      )}
      {problem?.requestId && <p className="muted">{common.request(problem.requestId)}</p>}
      {onRetry && (
        <div className="row">
          <button type="button" className="button" onClick={onRetry}>
            {common.tryAgain}
          </button>
        </div>
      )}
    </div>
  );
}
