/** Shared texts in English. The shape of this object is the contract for every other language. */
export const sharedEnglish = {
  skipToContent: 'Skip to content',
  language: 'Language',
  menu: 'Menu',
  close: 'Close',
  copy: 'Copy',
  copied: 'Copied',
  copyValue: (label: string) => `Copy ${label}`,
  show: 'Show',
  hide: 'Hide',
  cancel: 'Cancel',
  continue: 'Continue',
  optional: 'optional',
  signOut: 'Sign out',
  yes: 'Yes',
  no: 'No',
  none: 'None',
  notSet: 'Not set',
  hidden: 'Set, not shown',
  previous: 'Previous',
  next: 'Next',
  pages: 'Pages',
  breadcrumbs: 'You are here',
  errorPrefix: 'Error: ',
  errorSummary: (count: number) => (count === 1 ? 'There is a problem' : `There are ${count} problems`),
  referenceCode: 'Reference code',
  referenceTime: 'Time',
  referenceHint: 'If you need help, give your administrator this code. It leads to the exact cause in the log.',

  duration: {
    days: (count: number) => (count === 1 ? '1 day' : `${count} days`),
    hours: (count: number) => (count === 1 ? '1 hour' : `${count} hours`),
    minutes: (count: number) => (count === 1 ? '1 minute' : `${count} minutes`),
    lessThanAMinute: 'less than a minute',
    separator: ' ',
  },

  wayOn: {
    workspace: (organization: string) => `Open the ${organization} workspace`,
    console: 'Go to the administrator console',
    signIn: 'Go to the sign-in page',
    application: (name: string) => `Open ${name}`,
    tryAgain: 'Try again',
    signInAgain: 'Sign in again',
    startAgainAt: (name: string) => `Go back to ${name} and start again there.`,
    startAgain: 'Go back to the application you came from and start again there.',
  },

  limit: {
    absolute: 'time limit of the session',
    inactivity: 'inactivity',
    upstream: 'limit set by your identity provider',
  },

  session: {
    signedIn: 'Signed in',
    ends: 'Ends',
    endsBecause: 'Because of',
    remaining: (duration: string) => `in ${duration}`,
    inactivityAfter: 'Signed out when inactive for',
    inactivityOff: 'No limit',
    atTheLatest: 'At the latest',
  },

  methods: {
    pwd: 'Password',
    otp: 'One-time code',
    mfa: 'Multi-factor',
    mca: 'Code over another channel',
    hwk: 'Security key or passkey',
    swk: 'Software key',
    fpt: 'Fingerprint',
    face: 'Face recognition',
    user: 'User verification',
    kba: 'Security question',
    sms: 'Code by text message',
    tel: 'Phone call',
    wia: 'Windows sign-in',
    rsa: 'Certificate or key',
    sc: 'Smart card',
    pin: 'PIN',
  },

  sessionWarning: {
    title: 'Are you still there?',
    text: 'For your security you will be signed out for inactivity.',
    remaining: 'Time left',
    stay: 'Stay signed in',
  },

  signedOut: {
    title: 'You are signed out',
    signed_out: 'You have signed out. You can close this window.',
    inactivity: 'You were signed out because there was no activity for a while.',
    absolute: 'You were signed out because your session reached its time limit.',
    upstream: 'You were signed out because your identity provider allowed the session only until now.',
    revoked: 'This session was ended by you from another device or window, or by an administrator.',
    removed: 'Your access was removed. Ask an administrator of your organization if this is unexpected.',
    credentials_changed:
      'Your sign-in details were changed, so you were signed out everywhere. If you did not do that, reset your password and tell an administrator of your organization.',
    replaced: 'Somebody signed in with another account in this browser, which replaced your session.',
    unknown: 'Your session has ended.',
    elsewhere: 'You may still be signed in at your identity provider. Close all browser windows on a shared computer.',
  },

  error: {
    generic: {
      title: 'Something went wrong',
      text: 'We could not finish what you asked for. Nothing was changed. Please try again in a moment.',
    },
    bad_request: {
      title: 'We could not read this request',
      text: 'The address or the form was incomplete or out of date. Go back, reload the page and try again.',
    },
    form_expired: {
      title: 'This form has expired',
      text: 'For your security a form can be used for a limited time and only in the browser that opened it. Please open the page again.',
    },
    not_found: {
      title: 'Page not found',
      text: 'There is nothing at this address. It may have moved, or a character may be missing.',
    },
    forbidden: {
      title: 'You do not have access to this page',
      text: 'Your account is signed in, but it is not allowed to open this page. An administrator with full access can change that.',
    },
    signed_out: {
      title: 'Please sign in again',
      text: 'Your session has ended, so we could not finish what you asked for.',
    },
    conflict: {
      title: 'Somebody else changed this meanwhile',
      text: 'Nothing was saved. Open the page again to see what is there now, then make your change once more.',
    },
    too_many_requests: {
      title: 'Too many attempts',
      text: 'More was asked in a short time than we accept, from your network address or altogether. Nothing was lost; please wait a moment.',
    },
    unavailable: {
      title: 'The service is not available right now',
      text: 'Nobody can sign in at the moment. We are working on it. Nothing was lost.',
    },
    request_refused: {
      title: 'This sign-in request cannot be accepted',
      text: 'The application that sent you here made a request that we cannot answer safely. Its owner can find the cause with the reference code.',
    },
    retryIn: (duration: string) => `Please try again in ${duration}.`,
  },
};
