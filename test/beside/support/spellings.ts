/**
 * Request targets that somebody may read as a path, or as one below it: a router that knows no case, a URL parser that
 * resolves dots, a file system, an upstream. Which of them a package answers is its own affair.
 *
 * @param path - with a slash in front and none behind
 * @param below - what the path answers below itself, with a slash in front, or nothing
 * @see RFC 3986, section 6.2, and URL Standard, "path state"
 */
export function spellings(path: string, below = ''): readonly string[] {
  const whole = path + below;
  const name = path.slice(1);
  const encoded = (text: string): string => `%${text.charCodeAt(0).toString(16)}${text.slice(1)}`;
  return [
    whole,
    `${whole}/`,
    `${whole}//`,
    `/${whole}`,
    `//${whole}`,
    whole.toUpperCase(),
    `/${encoded(name)}${below}`,
    `/${encoded(name).toUpperCase()}${below}`,
    `%2f${name}${below}`,
    `/.${whole}`,
    `/%2e${whole}`,
    `/x/..${whole}`,
    `/x/%2e%2e${whole}`,
    `/x/.%2E${whole}`,
    `/x/..//${name}${below}`,
    `/x\\..\\${name}${below}`,
    `/\\${name}${below}`,
    `\\${name}${below}`,
    `/..${whole}`,
    `${path}/.${below}`,
    `${path}/x/..${below}`,
    `${path}/${below}`,
    `${path}%2f${below.slice(1)}`,
    `${path}/../x`,
    `${path}/../x${below}`,
    `${path}/%2e%2e/x`,
    `${path}/..%2fx`,
    `${path}\\..\\x`,
    `${whole};x=1`,
    `${path};x=1${below}`,
    `${whole}#x`,
    `${whole}%23x`,
    `${whole}%3fx`,
    `${whole}%00`,
    `${whole}%20`,
    `http://127.0.0.1${whole}`,
    `http://other.example.net/x/..${whole}`,
    `ws://other.example.net${whole}`,
    `//other.example.net${whole}`,
    `///other.example.net${whole}`,
    `/\\other.example.net${whole}`,
    `\\\\other.example.net${whole}`,
    `//user@other.example.net:80${whole}`,
    `//other.example.net/x/..${whole}`,
    `https:${whole}`,
    `x:${whole}`,
    name + below,
    `*${whole}`,
    `?${whole}`,
  ];
}
