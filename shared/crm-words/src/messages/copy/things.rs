//! Lines of messages about something: what there is to buy, to come to, to know.

use super::Copy;

pub(super) static LAUNCH: Copy = Copy {
    subjects: [
        "Say hello to [topic]",
        "Introducing [topic]",
        "Drum roll, please: [topic]",
        "It is here: [topic]",
        "Made with care: [topic]",
    ],
    leads: [
        "We have been busy, and we are so pleased to show you [topic].",
        "We are pleased to introduce [topic].",
        "We tried to keep it a secret and failed. Meet [topic]!",
        "It is here: [topic].",
        "A lot of care has gone into [topic], and you are among the first people we wanted to tell.",
    ],
    asks: [
        "Come and have a look, and tell us your favourite.",
        "We invite you to take a closer look, and would value your opinion.",
        "Go and have a nosy around. We will not tell anyone.",
        "Have a look and pick yours.",
        "We hope that you will love it as much as we loved making it.",
    ],
    shorts: [
        "Say hello to [topic]! Come and have a look.",
        "We are pleased to introduce [topic].",
        "Drum roll: meet [topic]!",
        "It is here: [topic]. Have a look.",
        "Made with care, and now here for you: [topic].",
    ],
    topic: "something new",
};

pub(super) static SALE: Copy = Copy {
    subjects: [
        "Something good is on: [topic]",
        "For your attention: [topic]",
        "You did not hear it from us: [topic]",
        "In short: [topic]",
        "With you in mind: [topic]",
    ],
    leads: [
        "Good news! We would like you to know about [topic].",
        "We are writing to let you know about [topic].",
        "Your basket called. It would like to hear about [topic].",
        "No long story: this is about [topic].",
        "We thought of you first when we planned [topic].",
    ],
    asks: [
        "Have a look around and see what takes your fancy.",
        "If you have any question about it, reply to this message and we will gladly help.",
        "Ready, steady, browse!",
        "Have a look and choose what you like.",
        "We hope that it makes your day a little brighter.",
    ],
    shorts: [
        "Good news about [topic]!",
        "We would like to let you know about [topic].",
        "Your basket would like to hear about [topic]!",
        "In short: [topic].",
        "We thought of you first: [topic].",
    ],
    topic: "our latest offer",
};

pub(super) static RESTOCK: Copy = Copy {
    subjects: [
        "Back again: [topic]",
        "Available again: [topic]",
        "Guess who is back? [Topic]",
        "On the shelf again: [topic]",
        "You asked, we listened: [topic]",
    ],
    leads: [
        "Our shelves are full again, and we wanted you to know about [topic].",
        "We are pleased to tell you that you can order [topic] again.",
        "Look who has come home: [topic]!",
        "On the shelf again: [topic].",
        "So many of you asked us about [topic], and we made sure that you would not have to wait longer than needed.",
    ],
    asks: [
        "Come and pick up yours.",
        "Should you need any help with your order, reply to this message.",
        "You know what to do.",
        "Have a look and order as usual.",
        "Thank you for being so patient with us.",
    ],
    shorts: [
        "Back again: [topic]! Come and pick up yours.",
        "You can order [topic] again.",
        "Look who has come home: [topic]!",
        "On the shelf again: [topic].",
        "Thank you for waiting. Here again: [topic].",
    ],
    topic: "what you were waiting for",
};

pub(super) static CART: Copy = Copy {
    subjects: [
        "Did you forget something?",
        "Your cart is waiting for you",
        "Your cart feels a little lonely",
        "Still in your cart",
        "We have kept your cart for you",
    ],
    leads: [
        "You left something in your cart, and we have kept it for you.",
        "We noticed that you began an order and did not finish it. Your cart is as you left it.",
        "Your cart asked about you. We said that you would be back.",
        "Your order is not finished yet. What you chose is still in your cart.",
        "We know how days can get busy, so we have kept your cart just as you left it.",
    ],
    asks: [
        "Pick up where you left off whenever it suits you.",
        "If something went wrong when you ordered, reply to this message and we will help.",
        "Go and give it a happy ending.",
        "Finish your order in a minute.",
        "If you are not sure yet, ask us anything. We are happy to help.",
    ],
    shorts: [
        "You left something in your cart. We have kept it for you.",
        "Your order is not finished yet. Your cart is as you left it.",
        "Your cart asked about you! Give it a happy ending?",
        "Still in your cart: what you chose. Finish your order in a minute.",
        "Busy day? We have kept your cart for you.",
    ],
    topic: "your cart",
};

pub(super) static EVENT: Copy = Copy {
    subjects: [
        "Come and join us: [topic]",
        "You are invited to [topic]",
        "Keep some room in your diary: [topic]",
        "Join us for [topic]",
        "We would love to see you at [topic]",
    ],
    leads: [
        "We would love to have you with us for [topic].",
        "We have the pleasure of inviting you to [topic].",
        "Dust off your dancing shoes, or just your walking shoes: you are invited to [topic].",
        "You are invited to [topic].",
        "Some things are only complete with the people who matter to us, and [topic] is one of them.",
    ],
    asks: [
        "Bring a friend, bring your family, and come as you are.",
        "We would be honoured by your visit. Should you have any question, reply to this message.",
        "Come for the company, stay for the chatter.",
        "Note it down, and come by.",
        "It would mean a lot to us to see you there.",
    ],
    shorts: [
        "Come and join us for [topic]!",
        "You are cordially invited to [topic].",
        "Keep some room in your diary for [topic]!",
        "Join us for [topic].",
        "We would love to see you at [topic].",
    ],
    topic: "our event",
};

pub(super) static ABOUT: Copy = Copy {
    subjects: [
        "A little note about [topic]",
        "An update on [topic]",
        "Got a minute? It is about [topic]",
        "[Topic]: a quick note",
        "We wanted you to know about [topic]",
    ],
    leads: [
        "We would like to tell you about [topic].",
        "We are writing to you about [topic].",
        "Got a minute? We have something to tell you about [topic].",
        "This is about [topic].",
        "We wanted you to hear from us about [topic].",
    ],
    asks: [
        "Tell us what you think. We read every reply.",
        "Should you have any question, reply to this message and we will be glad to answer.",
        "Curious? We would be, too. Just reply.",
        "Reply if you would like to know more.",
        "Thank you for being with us. It makes all the difference.",
    ],
    shorts: [
        "We would like to tell you about [topic].",
        "A note to you about [topic].",
        "Got a minute? It is about [topic].",
        "A quick note about [topic].",
        "We wanted you to hear from us about [topic].",
    ],
    topic: "what we do",
};

pub(super) static NEWS: Copy = Copy {
    subjects: ["A little news from us", "An update for you", "Guess what?", "In short", "We wanted you to know"],
    leads: [
        "We have a little news for you.",
        "We would like to share the following with you.",
        "Guess what? We could not keep this to ourselves.",
        "Short and simple.",
        "We wanted you to hear this from us.",
    ],
    asks: [
        "That is it. Speak soon!",
        "Should you have any question, reply to this message and we will be glad to help.",
        "Tell your friends, or keep it to yourself. We will not judge.",
        "Now you know.",
        "Thank you for being part of it.",
    ],
    shorts: ["A little news:", "Please note:", "Guess what?", "In short:", "We wanted you to know:"],
    topic: "what is new",
};

pub(super) static ASK: Copy = Copy {
    subjects: [
        "A small suggestion from us",
        "A suggestion for you",
        "Are you up for this?",
        "A quick suggestion",
        "This may be something for you",
    ],
    leads: [
        "We were thinking of you, and we have a suggestion.",
        "We would like to suggest something to you.",
        "Are you up for something nice?",
        "A quick suggestion.",
        "We thought that this might be something for you.",
    ],
    asks: [
        "Let us know how it goes!",
        "Should you have any question, reply to this message and we will be glad to help.",
        "We are crossing our fingers.",
        "Tell us how it goes.",
        "Thank you for being part of what we do.",
    ],
    shorts: [
        "We have a small suggestion.",
        "May we suggest something?",
        "Up for something nice?",
        "A quick suggestion:",
        "This may be something for you.",
    ],
    topic: "what we do",
};
