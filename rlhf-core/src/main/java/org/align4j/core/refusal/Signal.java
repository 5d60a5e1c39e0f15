package org.align4j.core.refusal;

/** What a phrase of {@code phrases.txt} says, whatever its words. */
enum Signal {
  /** Looks like declining and is not: "can't help but admire", "can't recommend it enough". */
  IDIOM,
  /** Inability or unwillingness to do what was asked: "I can't help", "I'd rather not". */
  DECLINE,
  /** What is declined: "with that", "your request", "instructions on". */
  DECLINEOBJECT,
  /** "I'm sorry, but", "I apologize". */
  APOLOGY,
  /** "I'm sorry to hear": sympathy, no apology. */
  CONDOLENCE,
  /** "As an AI language model". */
  ASAI,
  /** "I don't have personal opinions". */
  NOOPINION,
  /** "I don't have access to". */
  NOACCESS,
  /** Privacy, consent, confidentiality. */
  PRIVACY,
  /** Public information and public offices. */
  PUBLIC,
  /** "It is not appropriate", "is illegal". */
  NOTRIGHT,
  /** Harm, violence, crime and their consequences. */
  HARM,
  /** Denies a premise: "there is no reason why", "was not justified". */
  DENY,
  /** Rights and discrimination. */
  RIGHTS,
  /** Atrocities and their victims. */
  ATROCITY,
  /** Respect, dignity, equality. */
  RESPECT,
  /** "It is important to remember". */
  REMINDER,
  /** Sends to a professional, a helpline or the authorities. */
  SEEKHELP,
  /** "If you are struggling". */
  TROUBLED,
  /** "Instead, I suggest". */
  INSTEAD,
  /** "However, I can", "if you are looking for". */
  OFFER,
  /** Lawful and peaceful ways, conflicts, games. */
  PEACEFUL,
  /** "I'm happy to help", "sure". */
  HAPPY,
  /** "I must point out", "the question itself". */
  POINTOUT,
  /** A fictional character. */
  FICTION,
  /** Jokes, things that cannot be, false premises without harm. */
  NONSENSE,
  /** Announces a list: "here are some tips". */
  LIST,
  /** Instructions. */
  HOWTO,
  /** Reports facts of the past. */
  HISTORY
}
