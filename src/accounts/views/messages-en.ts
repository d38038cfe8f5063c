/** Texts of the sign-in and sign-out pages in English. */
export const accountsEnglish = {
  organization: {
    administratorTitle: 'Sign in with your company credentials',
    administratorLead: 'Your company’s own sign-in page opens next.',
    administratorLabel: 'Sign-in identifier or sign-in URL',
    administratorHint: 'Your administrators know it, for example “acme” or the whole address that ends in /go/acme.',
    subscriberTitle: 'Which organization?',
    subscriberLead: (application: string | undefined) =>
      application === undefined
        ? 'Tell us where you want to sign in.'
        : `Tell us where you want to sign in to use ${application}.`,
    subscriberLabel: 'Workspace name or URL',
    subscriberHint: 'The first part of your workspace’s address.',
    empty: 'Enter a name.',
    malformed: 'This is not a valid name. Use letters, digits and hyphens, or paste the whole address.',
    unknown: 'We do not know this name. Check the spelling or ask your administrator.',
    back: 'Sign in with email and password',
  },

  signIn: {
    title: 'Sign in',
    lead: 'For administrators',
    leadFor: (application: string) => `to continue to ${application}`,
    email: 'Email',
    password: 'Password',
    submit: 'Sign in',
    forgotten: 'Forgot your password?',
    company: 'Sign in with my company credentials',
    credentials: 'The email or the password is not correct.',
    emptyEmail: 'Enter your email.',
    emptyPassword: 'Enter your password.',
    throttled: (duration: string) => `Too many attempts. Please try again in ${duration}.`,
  },

  code: {
    title: 'Enter your code',
    lead: 'Open your authenticator app and enter the 6-digit code that it shows.',
    label: '6-digit code',
    submit: 'Continue',
    account: (email: string) => `Signing in as ${email}.`,
    restart: 'Use another account',
    recovery: 'Don’t have your authenticator app?',
    empty: 'Enter the 6-digit code.',
    wrong: 'This code is not correct. Wait for the next one and check that the clock of your phone is right.',
    used: 'This code has already been used. Wait for the next one.',
    throttled: (duration: string) => `Too many wrong codes. Please try again in ${duration}.`,
  },

  attempt: {
    over: {
      title: 'This sign-in is over',
      text: 'It is finished, has been cancelled, or took longer than the 15 minutes that it may take. Please start again.',
    },
    expired: {
      title: 'This sign-in took too long',
      text: 'For your security a sign-in must be finished within 15 minutes. Please start again.',
    },
    used: {
      title: 'This sign-in is already finished',
      text: 'This page was part of a sign-in that has been completed or cancelled. You may have come back to it with the Back button or a bookmark.',
    },
    other_browser: {
      title: 'This sign-in started in another browser',
      text: 'For your security a sign-in must be finished in the browser in which it began. If you did not start it yourself, close this page.',
    },
    unknown: {
      title: 'We do not know this sign-in',
      text: 'The address does not belong to a sign-in that is under way. Please start again.',
    },
    no_method: {
      title: 'Nobody can sign in here yet',
      text: 'This organization has not chosen how its people sign in. Its administrators can see the connections in the console.',
    },
    incomplete: {
      title: 'This sign-in cannot continue',
      text: 'What came back from your identity provider was incomplete. Please start again.',
    },
  },

  upstream: {
    denied: {
      title: 'The sign-in was not completed',
      text: (provider: string) => `${provider} did not let this sign-in go ahead, or it was cancelled there.`,
    },
    failed: {
      title: 'We could not sign you in',
      text: (provider: string) => `The answer of ${provider} could not be accepted.`,
    },
    unreachable: {
      title: 'Your identity provider cannot be reached',
      text: (provider: string) => `${provider} did not answer. Please try again in a few minutes.`,
    },
    reauthentication: {
      title: 'Please sign in again',
      text: (provider: string) =>
        `Your organization asks for a fresh sign-in each time, but ${provider} did not ask you.`,
    },
    no_access: {
      title: 'You do not have access',
      text: (provider: string) =>
        `${provider} confirmed who you are, but nobody has given you access here. Ask an administrator of your organization.`,
    },
  },

  attributes: {
    title: 'Your account is missing information',
    titleInvalid: 'Some information about you cannot be used',
    lead: (provider: string) => `${provider} confirmed who you are, but what it told us about you is not complete.`,
    caption: 'Attributes that need attention',
    attribute: 'Attribute',
    feeds: 'Used for',
    problem: 'Problem',
    missing: 'Not sent',
    empty: 'Sent empty',
    several: 'More than one value',
    malformed: 'Not in a format we can read',
    too_long: 'Too long',
    who: 'Who can fix this',
    whoText: (provider: string) =>
      `The administrator of ${provider} can add these attributes to what it sends, or fill them in for your account. You cannot change this yourself.`,
  },

  unsolicited: {
    title: 'Start from your workspace',
    lead: 'Your identity provider sent you here without being asked. For your security we accept only sign-ins that begin here.',
    whatTitle: 'What to do instead',
    openWorkspace: 'Open your workspace. It takes you to your usual sign-in page.',
    openKnown: (url: string) => `Open ${url}. It takes you to your usual sign-in page.`,
    bookmark:
      'Administrators: give people a tile that works by making a bookmark app in your identity provider that points to the workspace URL.',
  },

  signOut: {
    title: 'Sign out?',
    lead: (person: string | undefined, application: string | undefined) =>
      [
        person === undefined ? 'Do you want to sign out?' : `You are signed in as ${person}.`,
        application === undefined ? '' : `${application} asks whether you want to sign out.`,
      ]
        .filter(Boolean)
        .join(' '),
    confirm: 'Sign out',
    stay: 'Stay signed in',
  },

  realms: {
    title: 'Where do you want to sign out?',
    lead: 'This browser is signed in more than once. Signing out of one leaves the others alone.',
    administrators: 'Administrator console',
    apps: (organization: string) => `Apps of ${organization}`,
    signOut: 'Sign out',
    empty: 'This browser is not signed in anywhere.',
    signedInAs: (person: string) => `Signed in as ${person}`,
  },

  stay: {
    title: 'Stay signed in on this device?',
    lead: (application: string) => `Choose how long ${application} may keep you signed in.`,
    agree: 'Stay signed in',
    agreeHint: (days: string, inactivity: string) => `For ${days}, as long as you use it at least every ${inactivity}.`,
    decline: 'Only for today',
    declineHint: (duration: string) => `You sign in again after ${duration}.`,
    shared: 'Do not stay signed in on a device that you share with others.',
  },

  logoutUnsupported: {
    title: 'Single logout is not supported',
    text: 'Your identity provider asked us to sign you out. We do not accept such requests. To sign out here, open your workspace and choose “Sign out”.',
  },
};
