/** What stands between two commas, where those in quotation marks do not count, and a quotation may lack its end. */
const ELEMENT = /(?:[^",]|"(?:[^"\\]|\\.)*(?:"|\\?$))+/gs;

/** HTTP tabs and spaces at the ends of an element. */
const SURROUNDING_WHITE_SPACE = /^[\t ]+|[\t ]+$/g;

/**
 * The elements of a header value. Empty ones are left out, since nobody looks for them.
 *
 * @see Fetch, Headers: "get, decode, and split"
 */
export function splitHeaderValue(value: string): readonly string[] {
  return (value.match(ELEMENT) ?? [])
    .map((element) => element.replace(SURROUNDING_WHITE_SPACE, ''))
    .filter((element) => element !== '');
}
