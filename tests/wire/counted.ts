/** Text that counts how many characters are looked at. */
export function counted(text: string): { header: string; looks: () => number } {
  let looks = 0;
  const header = {
    length: text.length,
    charAt(index: number): string {
      looks++;
      return text.charAt(index);
    },
    indexOf(sought: string, from: number): number {
      const found = text.indexOf(sought, from);
      looks += (found < 0 ? text.length : found) - from + 1;
      return found;
    },
    slice(start: number, end: number): string {
      looks += end - start;
      return text.slice(start, end);
    },
  };
  return { header: header as unknown as string, looks: () => looks };
}
