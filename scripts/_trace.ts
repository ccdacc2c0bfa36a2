import { type Exchange, printable } from "../mod.ts";

/** One exchange as two lines: `> GET https://host/path (Bearer)` and `< 200 in 34 ms  link: ...`. */
export function formatExchange(exchange: Exchange): string {
  return `> ${formatRequest(exchange)}\n< ${formatAnswer(exchange)}\n`;
}

function formatRequest(exchange: Exchange): string {
  const { method, url, authorization, attempt } = exchange;
  const scheme = authorization === undefined ? "" : ` (${printable(authorization)})`;
  const again = attempt > 1 ? `, attempt ${attempt}` : "";
  return `${printable(method)} ${printable(url, 8000)}${scheme}${again}`;
}

function formatAnswer(exchange: Exchange): string {
  const elapsed = `${Math.round(exchange.elapsed)} ms`;
  if (exchange.status === undefined) {
    return `no answer after ${elapsed}: ${printable(exchange.failure ?? "reason unknown")}`;
  }
  const headers = Object.entries(exchange.headers)
    .map(([name, value]) => `  ${printable(name)}: ${printable(value, 8000)}`);
  const failure = exchange.failure === undefined ? "" : `  failed: ${printable(exchange.failure)}`;
  return `${exchange.status} in ${elapsed}${headers.join("")}${failure}`;
}
