"use strict";
/* Figures: worked out anew at most once a minute, because that reads the whole day. */
live(document.getElementById("now"), { quiet: 60000 });
