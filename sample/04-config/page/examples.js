/** Settings to try, of which some are refused. */
export function examplesFor({ app, beta }) {
  const usual = { CORS_ORIGINS: app, CORS_CREDENTIALS: 'false', CORS_MAX_AGE: '' };
  return [
    { title: 'The app alone', settings: usual },
    { title: 'The beta version as well', settings: { ...usual, CORS_ORIGINS: `${app}, ${beta}` } },
    { title: 'The app with cookies', settings: { ...usual, CORS_CREDENTIALS: 'true' } },
    { title: 'Everybody', settings: { ...usual, CORS_ORIGINS: '*' } },
    { title: 'Everybody with cookies', settings: { ...usual, CORS_ORIGINS: '*', CORS_CREDENTIALS: 'true' } },
    {
      title: 'Three mistakes at once',
      settings: {
        CORS_ORIGINS: `${app}/, beta.example.com`,
        CORS_CREDENTIALS: 'false',
        CORS_MAX_AGE: 'an hour',
      },
    },
  ];
}
