/** The parts of a text between commas, without the white space around them; empty ones are left out. */
export function partsOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Names as other libraries take them: a list, or one string with commas. `undefined` for none. */
export function namesIn(
  names: string | readonly string[] | undefined,
): string | readonly string[] | undefined {
  if (names === undefined || names === '*') return names;
  return [names].flat().flatMap(partsOf);
}
