/** Every UTF-16 unit that is not printable ASCII and that `JSON.stringify` may leave as it is. */
const BEYOND_ASCII = /[\u007f-\uffff]/g;

/** JSON in printable ASCII alone, so that no terminal or log can be led astray by it. On one line unless `indent` is given. */
export function asciiJson(value: unknown, indent?: number): string {
  return asciiText(JSON.stringify(value, null, indent));
}

/** The same JSON text with everything beyond printable ASCII written as JSON's own escapes. */
export function asciiText(json: string): string {
  return json.replace(BEYOND_ASCII, escaped);
}

function escaped(unit: string): string {
  return "\\u" + unit.charCodeAt(0).toString(16).padStart(4, "0");
}
