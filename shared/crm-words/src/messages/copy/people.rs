//! Lines of messages about the reader: missed, welcome, thanked, asked, congratulated.

use super::Copy;

pub(super) static WIN_BACK: Copy = Copy {
    subjects: [
        "It has been a while, {{name|default(\"friend\")}}",
        "We would be glad to see you again",
        "Knock knock. It is us!",
        "Still here, still making things for you",
        "We have missed you",
    ],
    leads: [
        "It has been a while since we heard from you{% if city %} in {{city}}{% endif %}, so we thought we would say hello.",
        "We noticed that you have not shopped with us for some time, and we would be glad to welcome you back.",
        "We have been looking at the door and hoping it was you. Is it time for a little reunion?",
        "You have not been in for a while, so we thought that we would write.",
        "You have been on our minds. It is people like you who made us what we are, and we have missed having you around.",
    ],
    asks: [
        "Come and see what has changed. We think you will like it.",
        "Should anything have kept you away, reply to this message and tell us. We will do our best to put it right.",
        "Go on, have a peek. We will put the kettle on.",
        "Have a look when you have a minute.",
        "Whenever you are ready, we are here, and happy to help you find something you love.",
    ],
    shorts: [
        "It has been a while! Come and see what has changed.",
        "We would be glad to welcome you back.",
        "Knock knock, it is us! Time for a little reunion?",
        "You have not been in for a while. Have a look.",
        "We have missed you. Come back whenever you are ready.",
    ],
    topic: "what we have been making",
};

pub(super) static WELCOME: Copy = Copy {
    subjects: [
        "Welcome! Good to have you with us",
        "Thank you for joining us",
        "You are in! Let us show you around",
        "Welcome. Here is where to begin",
        "So happy that you are here",
    ],
    leads: [
        "Welcome! We are a small team, and every new face makes our day.",
        "Thank you for joining us. We look forward to serving you well.",
        "You are officially one of us. No secret handshake needed, though we do like a good wave.",
        "Welcome aboard. Here is all that you need to begin.",
        "It means a lot to us that you are here. Make yourself at home.",
    ],
    asks: [
        "Have a look around, and tell us if you cannot find something.",
        "If you have any question, reply to this message and one of us will answer.",
        "Have a wander, try something, tell your neighbour.",
        "Start with what you like best. We will take care of the rest.",
        "If there is anything that we can do for you, just reply. A person reads every message.",
    ],
    shorts: [
        "Welcome! It is good to have you with us.",
        "Thank you for joining us. We look forward to serving you.",
        "You are in! Come and have a look around.",
        "Welcome aboard. Have a look at what we do.",
        "So happy that you are here. Make yourself at home.",
    ],
    topic: "what we make",
};

pub(super) static THANKS: Copy = Copy {
    subjects: [
        "Just to say thank you",
        "With thanks for your loyalty",
        "You are kind of a big thing around here",
        "Thank you. We mean it",
        "From all of us: thank you",
    ],
    leads: [
        "You keep coming back, and we notice every time. Thank you!",
        "We would like to thank you for your continued trust. It is what allows us to do our work well.",
        "If we had a wall of fame, your picture would hang in the middle of it.",
        "You are one of the people who keep us going. Thank you for that.",
        "Behind every parcel we pack there is somebody we are grateful for. This time it is you.",
    ],
    asks: [
        "See you again soon, we hope.",
        "If there is anything that we could do better, please tell us. Your view counts.",
        "Stay brilliant. We will be over here, clapping.",
        "That is all we wanted to say. Keep in touch.",
        "Thank you for choosing us, again and again.",
    ],
    shorts: [
        "You keep coming back, and we notice. Thank you!",
        "Thank you for your continued trust in us.",
        "If we had a wall of fame, you would be on it. Thank you!",
        "You keep us going. Thank you.",
        "We are so grateful to have you with us. Thank you.",
    ],
    topic: "something for you",
};

pub(super) static REMINDER: Copy = Copy {
    subjects: ["A little reminder from us", "A reminder for you", "A tap on the shoulder", "Quick reminder", "A gentle reminder"],
    leads: [
        "Just a little reminder, so that it does not slip your mind.",
        "We would like to remind you of the following.",
        "Consider this a friendly tap on the shoulder.",
        "A quick reminder.",
        "We know that you have a lot to think of, so here is a gentle reminder.",
    ],
    asks: [
        "That is all. Have a lovely day!",
        "If you have any question, please reply to this message.",
        "Reminder over. Back to your tea!",
        "Thank you for taking care of it.",
        "If you need a hand with it, we are here.",
    ],
    shorts: [
        "A little reminder from us.",
        "We would like to remind you.",
        "A friendly tap on the shoulder from us!",
        "Quick reminder.",
        "A gentle reminder from us.",
    ],
    topic: "what you planned",
};

pub(super) static FEEDBACK: Copy = Copy {
    subjects: [
        "How did we do?",
        "We would value your opinion",
        "Be honest, we can take it",
        "A quick question for you",
        "Your words help us grow",
    ],
    leads: [
        "We hope that all is well with what you bought. How did we do?",
        "Thank you for shopping with us. We would value your honest opinion, as it helps us to improve.",
        "Be our judge for a minute! Did we do well, or should we go back to the drawing board?",
        "A quick question: how was it?",
        "Behind our shop there are people who read every single word you write. We would love to hear how it went.",
    ],
    asks: [
        "A line or two is plenty. Thank you!",
        "It takes only a moment, and every answer is read.",
        "Praise makes us blush, criticism makes us better. We will take both.",
        "Please reply with a line or two.",
        "Thank you for helping us, and everyone who comes after you.",
    ],
    shorts: [
        "How did we do? A line or two is plenty.",
        "We would value your honest opinion on your purchase.",
        "Be our judge for a minute! How did we do?",
        "A quick question: how was it? Please tell us.",
        "We would love to hear how it went. We read every word.",
    ],
    topic: "your experience with us",
};

pub(super) static BIRTHDAY: Copy = Copy {
    subjects: [
        "Happy birthday, {{name|default(\"friend\")}}!",
        "Birthday wishes from all of us",
        "Cake alert! Happy birthday",
        "Happy birthday",
        "Thinking of you on your birthday",
    ],
    leads: [
        "Happy birthday! We hope that your day is full of good company and good cake.",
        "On behalf of all of us: many happy returns of the day.",
        "Stop everything, somebody here has a birthday! And no, we are not counting the candles.",
        "Happy birthday from all of us.",
        "Birthdays are a lovely reason to tell people how glad we are to know them. We are very glad to know you.",
    ],
    asks: [
        "Have a wonderful day!",
        "We wish you health, happiness and success in the year ahead.",
        "Now go and have a second slice. We will look away.",
        "Enjoy your day.",
        "May the year ahead be kind to you.",
    ],
    shorts: [
        "Happy birthday! Have a wonderful day.",
        "Many happy returns of the day from all of us.",
        "Stop everything, it is your birthday! Have a second slice.",
        "Happy birthday from all of us.",
        "Happy birthday! We are so glad to know you.",
    ],
    topic: "your day",
};

pub(super) static GREETING: Copy = Copy {
    subjects: [
        "Happy [occasion] from all of us!",
        "[occasion] greetings to you and your family",
        "Joy, laughter and a very happy [occasion]",
        "Happy [occasion]",
        "Warm [occasion] wishes for you",
    ],
    leads: [
        "Happy [occasion]! We hope that you spend it with the people you like best.",
        "We wish you and your family a happy [occasion].",
        "Happy [occasion]! May your plate be full and your worries on holiday.",
        "Happy [occasion] to you and yours.",
        "As [occasion] comes round again, we think of everyone who has been part of our year, and that includes you. Happy [occasion]!",
    ],
    asks: [
        "Have a lovely time!",
        "We thank you for your trust, and wish you well for the time ahead.",
        "Eat, laugh, repeat!",
        "Enjoy the festivities.",
        "May it bring peace and joy to your home.",
    ],
    shorts: [
        "Happy [occasion] from all of us!",
        "We wish you and your family a happy [occasion].",
        "Happy [occasion]! May your plate be full and your worries on holiday.",
        "Happy [occasion] to you and yours.",
        "Warm [occasion] wishes. May it bring joy to your home.",
    ],
    topic: "the festivities",
};

pub(super) static PLAIN: Copy = Copy {
    subjects: ["Hello from us", "A note from our team", "Just popping in to say hello", "A short hello", "Thinking of you"],
    leads: [
        "We just wanted to say hello and thank you for being with us.",
        "We are writing to thank you for your trust and to assure you that we are at your service.",
        "No reason, no agenda. We just wanted to wave.",
        "A short hello from our team.",
        "We were thinking of the people who make our work worth while, and you came to mind.",
    ],
    asks: [
        "If there is anything on your mind, reply to this message.",
        "Should you need anything, please reply to this message.",
        "Wave back if you like!",
        "We are here if you need us.",
        "We hope that life is treating you kindly.",
    ],
    shorts: [
        "Just a hello from us, and thank you for being with us.",
        "Thank you for your trust. We are at your service.",
        "No reason, no agenda. We just wanted to wave!",
        "A short hello from our team. We are here if you need us.",
        "You came to mind. We hope that life is treating you kindly.",
    ],
    topic: "all of us",
};
