"""What patients write in English, phrase by phrase. How they are written: see phrase_book."""

# Opts out only when it is the whole text: "cancel" with anything beside it may mean the visit.
STOP_ALONE = """
cancel
end
quit
revoke
stop all
opt out
optout
stopall
"""

# Opts out beside courtesies.
STOP_WORD = """
stop
stop it
stop now
stop this
just stop
unsubscribe
"""

# Opts out beside anything that is a sentence of its own.
STOP = """
(stop|quit) (texting|messaging|contacting|txting|bothering|harassing|spamming) [me|us] [now]
[can|could|will|would] you [please] (stop|quit) (texting|messaging|contacting|bothering) me
(stop|quit) (texting|messaging|contacting|bothering) me (anymore|any more|again|forever)
(stop|quit|end) [sending] [me|all] [of] [these|the|your|this|so many] (texts|messages|txt)
(stop|quit) sending [me] (these|this|them|stuff|anything|things)
[can|could|will|would] you [please] (stop|quit) sending [me] [these|the|your|all these] (texts|
    messages)
[can|could|will|would] you [please] (stop|quit) sending [me] (these|this|them)
(stop|cancel|end|turn off) [all|my|the|these] (texts|text messages|messages|text alerts|
    text reminders|texting)
(no|want no) more [of these|of your] (texts|messages|text messages|txts)
[please] do not [ever] (text|message|contact|txt) me [again|anymore|any more|ever again|please]
do not send me [any|any more|anymore|more|these|your] (texts|messages|text messages)
do not send me (anything|these|this|stuff) [anymore|any more|again]
i do not want [to get|to receive|to be getting|any|any more|these|your|more] (texts|messages|
    text messages)
i do not want (these|your|any more|any of these|these stupid) (texts|messages) [anymore|any more]
i do not want to (get|receive) [any|any more|these|your|more] (texts|messages) [anymore|any more]
i do not want you (texting|messaging|to text|to message|to contact) me [anymore|any more]
i no longer (want|wish) [to receive|to get] [these|any|your] (texts|messages|text messages)
unsubscribe me [from this|from these|from your list|now]
(opt me out|opt out of texts|opting out|opt out please|please opt out)
(i want|i would like|i wish|i choose|want|like) to (opt out|unsubscribe)
i (want|would like|wish) (you to stop|these to stop|the texts to stop|this texting to stop)
i want to stop (getting|receiving) [these|your|the] (texts|messages)
(remove|delete|erase) (me|my number) [from this|from your|from the|from] [list|texts|messages|
    system]
take (me|my number) off [of] (this|your|the) [texting|text] list
(lose|delete|forget|remove) (my|this) number
"""

START = """
(start|unstop)
start (texting|messaging|sending|texting me|messaging me) again
start (the|my|sending) (texts|messages|reminders) [again]
[you can|please] text me again
you can [start to|start] (text|texting|message|messaging) me again
(resubscribe|subscribe|opt in|opt me [back] in|opt back in)
(sign|opt|add|turn) me back (up|in|on)
[please] turn [the|my] (texts|messages) back on
(resume|restart) [the|my] (texts|messages|texting)
i want [the|your|to get|to receive|my] (texts|messages) (again|back)
"""

HELP = """
(help|info|information)
more info
"""

CALL = """
(call|ring|phone) me
[just|yes] call
call [me] (instead|back|now|asap|anytime|please)
[you can|just|please] (call|phone|ring) me [back] [instead|now|asap|today|tomorrow|later|anytime|
    right now]
(call|phone|ring) me [back] (this|tomorrow|today in the|in the) (morning|afternoon|evening)
(call|phone|ring) me [back] (when you can|when you get a chance|when possible|whenever|
    as soon as you can|if you can)
(call|phone|ring) me [back] [today|tomorrow] (at|around|after|before|by) #
(call|phone|ring) me (on|at) my (cell|phone|mobile)
(can|could|would|will) (you|someone|somebody|anyone|u) [please|just] (call|phone|ring) me [back]
(can|could|would|will) (you|someone|somebody) [please|just] (call|phone) me (instead|today|tomorrow|
    now|later|soon)
(can|could|would|will) (you|someone|somebody) [please] call me (when you can|this morning|
    this afternoon|asap)
(can|could|would|will) (you|someone|somebody) [please|just] give me a (call|ring) [today|tomorrow|
    back|instead|when you can|later]
[please|just] give me a (call|ring|buzz) [back|please|today|when you can|tomorrow|instead|now]
(i need|i want|i would like|need|want|would like|requesting|request) a [phone] call [back] [please|
    instead]
(i need|i want|i would like|need|want) (you|someone|somebody) to call me [back|please|today|instead|
    asap]
(can|could|may) (we|i) [please|just] (talk|speak|do it|do this|meet) (on|by|
    over) [the] phone [instead|today]
(can|could|may) (i|we) [please] (get|have|do) a [phone] call [back|instead|please]
(i would|i) (rather|prefer) [to] (talk|do|do it) (on|by|over) the phone
(i would|i) (rather|prefer) [have|to have|do|to do] a [phone] call
(phone|phone call|a phone call|a call|by phone) [is|would be] (better|please|instead|works better)
(phone call|a call) please
do not text [me] [,] [just|please] (call|phone) [me]
"""

LATER = """
later
(not|im not|i am not|i do not feel|not feeling) [really|quite|at all] ready [today|for this|for it|
    tonight|for this today]
[no] not (today|tonight|this morning|this afternoon|this time|a good day|a good time) [please|
    though]
[today is|it is|now is|this is|tonight is] not a good (time|day|moment|night) [for me|today]
(bad time|today is bad|now is bad|today is a bad day)
not now
(not|i am not|i do not feel) [really|quite] [feeling] (up to|up for) (it|this|talking|a visit|
    a call|a video call) [today|right now|tonight]
[i] [just|really] (can not|will not be able to) [do it|make it|do this|join|talk|come|do] (today|
    tonight|this morning|this afternoon)
[i|sorry i] (can not|will not be able to|am unable to|am not able to|will not) make it [today|
    tonight|tomorrow]
[i] (can not|could not) do (it|this) (today|right now|tonight)
[i] can not (make|do) (that|this) time
[i] can not (make|do) (#|it at #|at #|@|that day|today at #)
[i] (do not|does not) think i can (do|make) (it|this) today
(today|now|that time|this time|that day|tonight|this|@|#) (does not|is not|will not|is not going to|
    not) (work|working) [for me|out|anymore|well]
(can|could|may) (we|i|you|it) [please|maybe|possibly] (do|move|change|make|push|switch|have|shift|
    bump) [it|this|that] [to|for] (tomorrow|another day|another time|a different time|
    a different day|@|a later time|later)
(can|could|may) (we|i|you) [please|maybe] (do|move|change|make|push|switch) [it|this|that] [to|
    for] (later today|later this week|next week|tomorrow morning|tomorrow afternoon|
    tomorrow instead)
(can|could|may) (we|i|you) [please|maybe] (do|move|change|make|push|switch) [it|this|that] [to|for|
    at] (#|@ at #|tomorrow at #|# instead|@ instead|# tomorrow)
(can|could|may) (we|i) (try|talk|meet) [again] (tomorrow|another day|another time|@|later|next week|
    later today)
(can|could|may) (we|i|you) [please|maybe|possibly] (reschedule|postpone|rebook) [me|it|this|my|
    the] [appointment|visit|call|session|time] [please|today|for tomorrow|to tomorrow|
    for another day|for later|for @|to @]
(can|could|may) (we|i|you) [please|maybe] (move|change|switch) (it|this|that|my appointment|
    my visit|the appointment|the time|my time|our appointment|the visit|the call|our call|our visit|
    my session)
(can|could|may) i [please] (get|have|pick|choose|see) (a|some) (new|different|other|later|
    better) (time|times|day|date]
(i|i am going to|i will) [really] (need|want|have|like|would like|got|going) to (reschedule|move it|
    move this|postpone|change my appointment|change the time|change it|rebook)
(need|have|want|would like|trying|hoping|going) to (reschedule|move it|move this|postpone|rebook)
(need|have|want) to (reschedule|change|move|postpone) [my|the|our|today] (appointment|visit|time|
    session|call)
i (need|want|have|would like) to (reschedule|change|move|postpone) (my|the|our|this) (appointment|
    visit|time|session|call)
i (need|want|would like) (a|another) (new|different|later|other) (time|day|date)
(need|want) (a new|a different|another|a later) (time|day)
(reschedule|postpone|rebook) [me|it] [please|for tomorrow|for another day|for @]
can i [please] (get|have|pick|choose|see) (another|other) (time|times|day|date)
how (do|can|would) i (reschedule|change my time|change the time|move my appointment|
    pick another time|pick a new time)
is it (possible|ok|okay|too late) to (reschedule|move it|change the time|postpone|do it tomorrow|
    do another day|do tomorrow|change it)
[can we do] [maybe|some|at] (another|a different|some other) (time|day|date) [please|maybe|
    works better|would be better|this week]
(a different|another|a later) (time|day) would [be|work] better
[do you have|are there|is there|have you got|got] (any other|any|other|another|a different) (times|
    time|openings|slots) [available|today|tomorrow|this week|later]
(do you have|is there|got) anything (later|tomorrow|else|later today)
[maybe|see you|lets do|let us do|lets try|would prefer|prefer] tomorrow instead
(tomorrow|@|later|another day|afternoon|next week) (is|would be|works|would work|might be|
    will be) better [for me]
(how about|what about) (tomorrow|@|later|another day|later today|next week|tomorrow instead)
(i would rather|i would prefer) [to] (do|do it|have it) (tomorrow|later|another day|another time|@)
(maybe|perhaps|possibly|lets do|lets try|lets do it|let us try) (tomorrow|later|another day|
    another time|some other time|next time|later today)
later (today|please|is better|this week|on|today please)
(rain check|raincheck|take a rain check|can i take a rain check)
(i need|need) (a day|another day|more days|one more day|a different day)
"""

# Explains or softens, and asks for nothing by itself.
REASON = """
(but|maybe|perhaps|actually|i think|i guess|no ,)
[sorry] [i] missed your (call|text|message)
[had a|it was a|was a|a|i had a|having a|it has been a|its been a] [very|really|pretty|
    super] (rough|bad|hard|long|tough|terrible|awful) (night|day|morning|one|week)
[i] (did not|could not) sleep [at all|much|well|last night|well last night]
[i am|am|feeling|i am feeling|i feel] [so|too|really|very|super|just too] (tired|exhausted|
    wiped out|drained|sleepy|groggy|overwhelmed|worn out)
[i am|am] [still] (at work|stuck at work|working|in bed|in a meeting|with my kids|busy|too busy|
    out of town|traveling)
[i] (have to|got to|need to) work [today|late]
(work|something|something came up|family stuff|a meeting) [came up|got in the way]
(i am not|not|do not feel|i do not feel|am not) [feeling] [so|too|very] (well|good|great|hot|
    my best) [today|right now]
i am (sick|il|under the weather|not myself) [today]
i have (a headache|a migraine|a cold|the flu|a meeting|work|class|to work) [today]
(my kid is sick|my car broke down|i forgot|i forgot about this|i overslept)
"""

OK = """
(ok|okay|okey|okie|oki|okidoki|okie dokie|okey dokey|o k|k k|oky|okk|ok ok|okis)
(yes|yep|yeah|yea|yup|yess|yessir|yas|ye|yah|aye|yes please|yes i do|yes i will|yes that works)
(sure|sure thing|for sure|of course|certainly|absolutely|definitely|def|indeed|surely|100|will do|
    can do)
(confirm|confirmed|confirming|i confirm|confirmation|confirmed yes|yes confirm|comfirmed|comfirm|
    conf)
[i|we] confirm [my|the|this] (appointment|visit|time)
[i will|ill|will] see (you|ya|u|dr|him|her|them|yall) (then|there|tomorrow|soon|tmrw|at #|@|
    tomorrow at #|@ at #|in the morning)
(see|c) (you|ya) (then|there|tomorrow|soon|at #|@)
[yes] [i will|ill|will|i am going to|i plan to|i can|we will] be (there|ready|on|available|here|
    on time) [then|tomorrow|at #|@]
(i can|i will|ill|can|will) make it [tomorrow|then|today]
(i will|ill|will) (join|attend|log on|be joining|log in|come) [then|tomorrow|at #]
(that is|thats|that|this|it|it is|#|# is|that time|the time|time|@|tomorrow at # is|
    that time is) (fine|good|great|perfect|ok|okay|works|work|works for me|good for me|fine by me|
    good with me|works great|is good|is fine|works fine)
(sounds|looks) (good|great|perfect|fine|like a plan|wonderful|awesome|ok|okay) [to me]
(works|good|fine|great|perfect|ok|okay) (for|with|by) me
(works|perfect|great|good|fine|awesome|excellent|wonderful|cool|alright|all right|alrighty|
    very good|very well|lovely|super|right on|okay great|all set|good to go|i am good to go|o.k|
    i am set|we are on|its a date)
(got it|gotcha|got you|understood|noted|will do|roger|roger that|copy|copy that|10 4|affirmative|
    agreed|deal|no problem|no prob|you got it|you bet|bet)
(i am|im|am) (good|in|set|good to go|on|confirmed|available) [for] [tomorrow|then|it|that|@|#|
    the appointment]
(looking|look) forward to (it|it then|seeing you|talking|our visit|our talk|the visit|speaking|
    tomorrow)
(can not|cant) wait [to see you]
count me in
"""

COURTESY = """
(hi|hello|hey|hiya|helo|good morning|good afternoon|good evening|morning|gm|hi there|hello there|
    hey there|dear)
(thanks|thank you|thank u|thank you so much|thanks so much|many thanks|thank you very much|
    thanks a lot|thanks a bunch|much appreciated|appreciate it|i appreciate it|thankyou|
    thanks again|cheers|tysm|thank you again|bless you|god bless|god bless you)
(please|kindly|if possible|if thats ok|if that is ok|if you can|if you could|if that is okay|
    if you do not mind|if thats possible|if at all possible|if it is ok)
(sorry|so sorry|im sorry|i am sorry|i am so sorry|apologies|my apologies|sorry about that|
    sorry for the late notice|sorry for the short notice|sorry for late reply|sorry for the trouble|
    sorry for the inconvenience|sorry for bothering you|forgive me|excuse me)
(and|so|well|um|uh|umm|hm|ah|oh|really|just|then|honestly|lol|haha|hehe|lmao|team|doc|dr|doctor|
    everyone|guys|all|mam|sir|maam|you too|same to you|have a good day|have a great day|
    have a good night|have a nice day|you are the best|let me know|pls let me know|bye|take care|
    have a good one|have a good evening|quick question|i hope that is ok|is that ok|is that okay|
    would that be ok|will that work|if so|no worries|no worries if not)
"""

# Looks like one thing and is another: a person reads it.
DOUBT = """
(see|c) (you|ya) later
[i will|ill|will] (see|talk to|speak to|text|email|message|write) you later
(talk|speak|chat) (to you) later
(talk|speak) later
(later|see you later) (gator|alligator|dude|bye)
(cancel|end|quit|later) ?
(no|not) later
later than
stop (by|in|the|and|at|over|to|being|for)
(good|great|nice|perfect|close|missed|your|cool|awesome|a|the) (call|later)
call (you|him|her|them|us|it)
"""
