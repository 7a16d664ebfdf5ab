/** Errors that did not come with words of their own. */
export const problems = {
  titles: {
    401: "You’re not signed in",
    403: "You’re not allowed to do this",
    404: "Not found",
    413: "This is too large",
    429: "Too many requests; try again in a moment",
    502: "The back end can’t be reached",
    503: "The back end isn’t available",
    504: "The back end took too long to answer",
  } as Record<number, string>,
  answered: (status: number) => `The API responded with ${status}`,
  unreadable: "The API’s response couldn’t be read",
  noConnection: "No connection to the API",
  checkNetwork: "Check your network; what you typed is kept.",
  signInFirst: "Sign in first",
  storageAnswered: (status: number) => `The file storage responded with ${status}`,
  storageRefused: "The file storage rejected the file",
  storageBroke: "The connection to the file storage was lost",
  storageBrokeDetail: "Check your network and try again.",
  uploadCancelled: "The upload was cancelled",
  /** S3's error codes that a person can do something about. */
  s3: {
    EntityTooLarge: "The file is larger than allowed.",
    EntityTooSmall: "The file is smaller than allowed; it may be empty.",
    AccessDenied: "Permission to upload has expired or doesn’t match the file. Try again.",
    ExpiredToken: "Permission to upload has expired. Try again.",
    RequestTimeout: "The connection was too slow. Try again.",
  } as Record<string, string>,
} as const;
