"""What stands beside a wish, in English: yes, reasons, courtesies, doubts. See notation."""

# Explains or softens, and asks for nothing by itself.
REASON = """
(this is|my name is)
if (possible|that is ok|that is okay|you can|you could|you do not mind|that is possible|so)
if (at all possible|it is ok|it is okay|not no worries)
(is that ok|is that okay|would that be ok|will that work|i hope that is ok|no worries if not)
(let me know|please let me know|quick question)
(tomorrow|today|@|for today)
[i am] (sick|il) (today|this morning|right now)
[my] (kid|son|daughter|baby|dog|mom|husband|wife|child|kids) (is|are) sick
[i] have a (meeting|class|shift|thing|conflict) [then|at that time|now|at #|today]
[i] got called (in|into work|in to work)
[the|my] (video|link|camera|wifi|internet) (is not|does not|will not|not) (working|work|load|open|
    loading)
(sorry to do this|i missed you|i missed it|hate to do this)
(but|maybe|perhaps|actually|i think|i guess|no ,)
[sorry] [i] missed your (call|text|message)
[had a|it was a|was a|a|i had a|having a|it has been a|its been a] [very|really|pretty|
    super] (rough|bad|hard|long|tough|terrible|awful) (night|day|morning|one|week)
[i] (did not|could not) sleep [at all|much|well|last night|well last night]
[i am|am|feeling|i am feeling|i feel] [so|too|really|very|super|just too] (tired|exhausted|
    wiped out|drained|sleepy|groggy|overwhelmed|worn out) [today|right now|tonight|this morning]
[i am|am] [still] (at work|stuck at work|working|in bed|in a meeting|with my kids|busy|too busy|
    out of town|traveling)
[i] (have to|got to|need to) work [today|late]
(work|something|something came up|family stuff|a meeting) (came up|got in the way)
(i am not|not|do not feel|i do not feel|am not) [feeling] [so|too|very] (well|good|great|hot|
    my best) [today|right now]
i am (sick|il|under the weather|not myself) [today]
i have (a headache|a migraine|a cold|the flu|a meeting|work|class|to work) [today]
(my kid is sick|my car broke down|i forgot|i forgot about this|i overslept)
"""

OK = """
[yes|i am] (confirm|confirmed|confirming) [for|my appointment for|my visit for|my appointment|
    my visit|the appointment|our appointment] [for] (tomorrow|@|then|#|today|# tomorrow|
    tomorrow at #|@ at #)
[yes|i am] confirming [my|the|our] (appointment|visit|time)
[yes|we are|i am|it is] [still] (on|good) for (tomorrow|@|then|today|#)
(still on|still good|yes still on|yes still good|we are on)
yes (to|for|at) (#|tomorrow|@)
(thumbs up|oks|ok i will|yes i can)
[yes] i can make it [then|tomorrow|today]
(ok|okay|okey|okie|oki|okidoki|okie dokie|okey dokey|o k|k k|oky|okk|ok ok|okis)
(yes|yep|yeah|yea|yup|yess|yessir|yas|ye|yah|aye|yes please|yes i do|yes i will|yes that works)
(sure|sure thing|for sure|of course|certainly|absolutely|definitely|def|indeed|surely|will do|
    can do)
(confirm|confirmed|confirming|i confirm|confirmation|confirmed yes|yes confirm|comfirmed|comfirm|
    conf)
[i|we] confirm [my|the|this] (appointment|visit|time)
[i will|ill|will] see (you|ya|u|yall) (then|there|tomorrow|soon|tmrw|at #|@|tomorrow at #|@ at #|
    in the morning)
(see|c) (you|ya) (then|there|tomorrow|soon|at #|@)
[yes] [i will|ill|will|i am going to|i plan to|i can|we will] be (there|ready|on|available|here|
    on time) [then|tomorrow|at #|@]
(i can|i will|ill|can|will) make it [tomorrow|then|today]
(i will|ill|will) (join|attend|log on|be joining|log in|come) [then|tomorrow|at #]
(that is|thats|that|#|# is|that time|the time|time|@|tomorrow at # is|that time is) (fine|good|
    great|perfect|ok|okay|works|work|works for me|good for me|fine by me|good with me|works great|
    is good|is fine|works fine)
(sounds|looks) (good|great|perfect|fine|like a plan|wonderful|awesome|ok|okay) [to me]
(works|good|fine|great|perfect|ok|okay) (for|with|by) me
(works|perfect|great|good|fine|awesome|excellent|wonderful|cool|alright|all right|alrighty|
    very good|very well|lovely|super|right on|okay great|all set|good to go|i am good to go|o.k|
    i am set|we are on|its a date)
(got it|gotcha|got you|understood|noted|will do|roger|roger that|copy|copy that|10 4|affirmative|
    agreed|deal|no problem|no prob|you got it|you bet|bet)
i am (good|set|on|available|ready) for (tomorrow|then|it|that|@|#|the appointment)
i am (confirmed|all set|good to go)
(looking|look) forward to (it|it then|seeing you|talking|our visit|our talk|the visit|speaking|
    tomorrow)
(can not|cant) wait to (see|talk to) you
count me in
"""

COURTESY = """
(when you get a chance|when you have a minute|when you can|when you get this)
(for|4) (the|your) (reminder|heads up|message|text|help|understanding)
(for|4) (letting me know|checking|checking in|reminding me|understanding|everything|reaching out)
at your convenience
(hi|hello|hey|hiya|helo|good morning|good afternoon|good evening|morning|gm|hi there|hello there|
    hey there|dear)
(thanks|thank you|thank u|thank you so much|thanks so much|many thanks|thank you very much|
    thanks a lot|thanks a bunch|much appreciated|appreciate it|i appreciate it|thankyou|
    thanks again|cheers|tysm|thank you again|bless you|god bless|god bless you)
(please|kindly)
(sorry|so sorry|im sorry|i am sorry|i am so sorry|apologies|my apologies|sorry about that|
    sorry for the late notice|sorry for the short notice|sorry for late reply|sorry for the trouble|
    sorry for the inconvenience|sorry for bothering you|forgive me|excuse me)
(and|so|well|um|uh|umm|hm|ah|oh|really|just|then|honestly|lol|haha|hehe|lmao|team|doc|dr|doctor|
    everyone|guys|all|mam|sir|maam|you too|same to you|have a good day|have a great day|
    have a good night|have a nice day|you are the best|bye|take care|have a good one|
    have a good evening|all good|no worries)
"""

# Looks like one thing and is another: a person reads it.
DOUBT = """
[i] [will|can] (confirm|do it|do this|reply|answer|check|join|finish|fill it out|be there|be ready|
    be on|text|sign|decide) later
(see|c) (you|ya) later
[i will|ill|will] (see|talk to|speak to|text|email|message|write) you later
(talk|speak|chat) (to you) later
(talk|speak) later
(later|see you later) (gator|alligator|dude|bye)
(cancel|end|quit|later) ?
(no|not) later
later than
stop (by|in|the|and|at|over|to|being|for)
(good|great|slow|fresh|head|nice) (start|stop|end)
(good|great|nice|perfect|close|missed|your|cool|awesome|a|the) (call|later)
call (dr|doctor|doc|mam|team|everyone|guys|all)
call (you|him|her|them|us|it)
"""
