import { ApiProblem, problemText } from "@/shared/api/problem";

interface ProblemAlertProps {
  error: Error;
  /** What did not work, for example "The items could not be loaded". */
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
            <li key={field}>
              {field}: {message}
            </li>
          ))}
        </ul>
      )}
      {problem?.requestId && <p className="muted">Request {problem.requestId}</p>}
      {onRetry && (
        <div className="row">
          <button type="button" className="button" onClick={onRetry}>
            Try again
          </button>
        </div>
      )}
    </div>
  );
}
