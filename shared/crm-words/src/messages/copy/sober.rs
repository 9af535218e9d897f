//! Lines of messages that are no occasion for cheer, apologies and notices, and of two that ask for something.

use super::Copy;

pub(super) static APOLOGY: Copy = Copy {
    subjects: ["We are sorry", "Our apologies to you", "An apology from us", "Our apologies", "With our sincere apologies"],
    leads: [
        "We are sorry for [topic].",
        "We apologise for [topic].",
        "Please accept our apologies for [topic].",
        "Our apologies for [topic].",
        "We are truly sorry for [topic].",
    ],
    asks: [
        "Reply to this message if we can help you.",
        "Should you have any question, reply to this message and we will answer it.",
        "Thank you for bearing with us.",
        "Reply to this message if you need help.",
        "Thank you for your patience. Reply to this message if there is anything that you need from us.",
    ],
    shorts: [
        "We are sorry for [topic].",
        "We apologise for [topic].",
        "Please accept our apologies for [topic].",
        "Our apologies for [topic].",
        "We are truly sorry for [topic].",
    ],
    topic: "the trouble that this has caused",
};

pub(super) static NOTICE: Copy = Copy {
    subjects: [
        "Please read: a notice from us",
        "An important notice",
        "A notice to our customers",
        "Important: please read",
        "Something that you should know",
    ],
    leads: [
        "Please read the following.",
        "We are writing to inform you of the following.",
        "Please take note of the following.",
        "This is an important notice.",
        "We want you to know the following.",
    ],
    asks: ASKS,
    shorts: ["Please read:", "Important notice:", "Please take note:", "Notice:", "Please be informed:"],
    topic: "an important matter",
};

pub(super) static NOTICE_ABOUT: Copy = Copy {
    subjects: [
        "Please read: [topic]",
        "An important notice: [topic]",
        "A notice about [topic]",
        "Important: [topic]",
        "What you should know about [topic]",
    ],
    leads: [
        "Please note that this is about [topic].",
        "We are writing to inform you about [topic].",
        "This is a notice about [topic].",
        "This is an important notice about [topic].",
        "We want you to know about [topic].",
    ],
    asks: ASKS,
    shorts: [
        "Please note: this is about [topic].",
        "We are writing to inform you about [topic].",
        "A notice about [topic].",
        "An important notice about [topic].",
        "We want you to know about [topic].",
    ],
    topic: "an important matter",
};

const ASKS: [&str; 5] = [
    "Reply to this message if you have any question.",
    "Should you have any question, reply to this message and we will answer it.",
    "Thank you for taking note of this.",
    "Reply to this message if you need help.",
    "Thank you for your attention. If you need help with it, reply to this message.",
];

pub(super) static REFERRAL: Copy = Copy {
    subjects: [
        "Do you know somebody who would like us?",
        "Recommend us to somebody you know",
        "Good things are better shared",
        "Recommend us",
        "Your friends are welcome here",
    ],
    leads: [
        "If you like what we do, somebody you know may like it too.",
        "We would be glad if you were to recommend us to somebody you know.",
        "Some secrets are too good to keep. We hope that we are one of yours.",
        "Know somebody who would like what we do? Tell them about us.",
        "There is no better praise than to be recommended by people like you.",
    ],
    asks: [
        "Thank you for spreading the word!",
        "Should you have any question, reply to this message and we will be glad to help.",
        "Go on, make somebody's day.",
        "Reply if you have any question.",
        "Thank you for thinking of us. Your friends will be in good hands.",
    ],
    shorts: [
        "Do you know somebody who would like what we do?",
        "We would be glad if you were to recommend us.",
        "Some secrets are too good to keep!",
        "Tell a friend about us.",
        "There is no better praise than to be recommended by you.",
    ],
    topic: "what we do",
};

pub(super) static RECOMMEND: Copy = Copy {
    subjects: [
        "You may like [topic]",
        "We recommend [topic] to you",
        "Have you met [topic]?",
        "A look at [topic]",
        "We thought of you and of [topic]",
    ],
    leads: [
        "We think that you may like [topic].",
        "We would like to recommend [topic] to you.",
        "Have you met [topic] yet? We think that you two would get along.",
        "Have a look at [topic].",
        "When we thought of what you might enjoy, [topic] came to mind.",
    ],
    asks: [
        "Have a look, and tell us what you think.",
        "Should you have any question, reply to this message and we will be glad to advise you.",
        "Go on, have a peek. We will not tell anyone.",
        "Reply if you have any question.",
        "If you are not sure whether it is for you, just ask. We are happy to help.",
    ],
    shorts: [
        "We think that you may like [topic].",
        "We would like to recommend [topic] to you.",
        "Have you met [topic] yet?",
        "Have a look at [topic].",
        "We thought of you and of [topic].",
    ],
    topic: "our range",
};
