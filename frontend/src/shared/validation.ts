/** The API's rules for texts, said at the field before anything is sent. Characters are counted as the API counts them. */
import { common } from "@/texts/common";

export interface TextRule {
  label: string;
  limit: number;
  required?: boolean;
}

export function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** What is wrong with the text, or undefined. */
export function textProblem(text: string, { label, limit, required = false }: TextRule): string | undefined {
  const trimmed = text.trim();
  if (required && trimmed === "") return common.required(label);
  const over = lengthOf(required ? trimmed : text) - limit;
  return over > 0 ? common.tooLong(over, limit) : undefined;
}
