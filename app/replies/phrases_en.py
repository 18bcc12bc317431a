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
(quit it|take me off|cease and desist|no texts|no text)
stop
stop it
stop now
stop this
just stop
unsubscribe
"""

# Opts out beside anything that is a sentence of its own.
STOP = """
i do not want [any|any more|more|these|your] (texts|messages) from (you|this number|this clinic|
    anyone there)
[please] do not [ever] (text|message|contact|txt|call or text) (this|my) (number|phone) [again|
    anymore|any more|ever again|please]
i (want|need) (these|the|your|all) (texts|messages) to (stop|end)
(stop|quit) texting (this|my) (number|phone)
stop with (the|these|your|all the|all these) (texts|messages|texting)
enough [with the|with these|of the|of these] (texts|messages|texting)
i do not want (to get|to receive|to be getting) (these|this|them) [anymore|any more]
i do not wish to (get|receive) [any|any more|these|your|more] (texts|messages) [anymore|any more]
unsubscribe from [these|all|your|the] (texts|messages|list|text messages)
(i would like|i want|like|want) to stop (getting|receiving) [these|your|the|any] (texts|messages)
how (do|can) i (opt out|unsubscribe|stop these|stop these texts|stop the texts|stop these messages|
    stop getting texts|stop getting these|get off this list)
(i opt out|texts off|no more texting|text messages off)
i revoke [my] consent [to texts|to text me|to be texted|for texts]
i (said|already said) stop [texting me|texting|it]
i (told|asked) you to stop [texting me|texting|messaging me|sending these|sending me texts]
stop i said
(stop|quit) (texting|messaging|contacting|txting|bothering|harassing|spamming) [me|us] [now]
[can|could|will|would] you [please] (stop|quit) (texting|messaging|contacting|bothering) me
(stop|quit) (texting|messaging|contacting|bothering) me (anymore|any more|again|forever)
(stop|quit|end) [sending] [me|all] [of] [these|the|your|this|so many] [automated|auto|automatic|
    annoying|damn|stupid|spam] (texts|messages|txt)
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
(resubscribe|subscribe|opt in|opt me in|opt me back in|opt back in)
(sign|opt|add|turn) me back (up|in|on)
[please] turn [the|my] (texts|messages) back on
(resume|restart) [the|my] (texts|messages|texting)
i want [the|your|to get|to receive|my] (texts|messages) (again|back)
"""

HELP = """
(help|info|information)
"""

# The word alone or beside a courtesy.
CALL_WORD = """
call
"""

CALL = """
(can|could) you [please] (have|get) (someone|somebody|the doctor|the nurse|a nurse|
    them) [to] call me [back|today|please]
(can|could) (someone|somebody|anyone|a person) call [please|back|today|now]
(have|get) (someone|somebody|the doctor|the nurse|a nurse|them|her|him|
    dr) [please] call me [back] [today|please|asap]
(can|could|would) (the doctor|the nurse|a nurse|the office|the clinic|they|you guys|dr|
    a person) [please] call me [back] [today|please|asap|instead]
(can|could) you call [back|now|please|today|instead]
[i] (need|want|would like) to (talk|speak) (to|with) (someone|somebody|a person|a human|
    a real person|the doctor|the nurse|a nurse|dr) [please|today|asap|on the phone]
please phone
(can|could) we [just|please] do [a|it by|it over the|by] (call|phone|phone call) [instead|
    instead of video]
[a] (phone|call|phone call) instead of [the] video
call when you can
(call|ring|phone) me
just call
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

# The word alone or beside a courtesy.
LATER_WORD = """
later
"""

LATER = """
[i] (need|have|want|would like) to do (another day|another time|tomorrow|a different day|@|later)
[no] not ready [yet]
not right now
[i am] too (tired|exhausted|drained|wiped out|worn out) (to talk|for this|for a visit|to do this|
    to do it) [today|tonight|right now]
(not|i am not|i do not feel) [feeling] well enough (for this|to talk|to do this|for a visit|
    for a call|to join) [today|right now|tonight]
(any chance|is there any chance) (we can|i can|we could|i could) (do|do it|do this|talk|
    meet) (this afternoon|this evening|later today) [instead]
(change|move) (the|my) (time|appointment|visit) [please]
not feeling it [today|right now]
[is there|do you have|got|have you got] [a|any] later (time|times|slot|appointment|opening) [today|
    available|tomorrow]
(move|change|reschedule|switch|push) (me|it|this|my appointment|my visit|us) (to|for) (tomorrow|
    another day|another time|@|later|next week|a later time)
[i] (need|want|have|would like) to (push|move|change|reschedule|switch) (it|this|my appointment|
    our appointment|my visit|the visit|the appointment|our visit|my session|the time) (to|for|
    until) (tomorrow|another day|another time|@|later|next week|later today|tomorrow morning|
    tomorrow afternoon|#)
(can|could) (we|i) (do|try|talk|meet|have it) (tomorrow morning|tomorrow afternoon|tomorrow|later|
    another day|another time|@) instead
(can|could) (we|i) (do|try|talk|meet) (tomorrow morning|tomorrow afternoon|tomorrow evening|
    this afternoon|this evening)
(ok|okay|k|yes|sure|yeah|yep|fine|alright) [maybe] later

[i am] not (going to|able to|going to be able to) [make it|do it|do this|join|come] (today|tonight|
    this morning|this afternoon)
[i am] not (going to|able to|going to be able to) make it
i will not be (able to make it|able to join|there today)
(can|could|may) (we|i|you|it) [please|maybe|just] (come|wait until|wait till|join|meet) (tomorrow|
    another day|another time|a different day|@|later|next week) [instead|please]
(can|could|may) (we|i|you) [please|maybe] (move|change|switch|reschedule) (it|this|that|
    my appointment|my visit|the appointment|our appointment|the visit|our visit|me) (to|
    for) (tomorrow|@|another day|another time|later|next week|#|@ at #|tomorrow at #)
(is|does) (tomorrow|@|later) (possible|work|an option|ok|okay) instead
(is|does) (later|another day|another time) (possible|work|an option|ok|okay) [for you|with you]
(would|could) (tomorrow|@|later|another day|another time) (work|be possible|be ok|be okay) [instead|
    for you|with you]
(can|could) it be (tomorrow|another day|another time|a different day|@|later|next week) [instead|
    please]
would it be possible to (reschedule|move it|do tomorrow|do it tomorrow|change the time|
    do another day|change it|postpone)
(any chance|is there any chance|any way|is there a way) [we can|i can|we could|i could|to] (do|
    reschedule|move|do it|move it|move this|try) [tomorrow|another day|another time|later|
    to tomorrow|@|for tomorrow|next week]
(what|which) other (times|time|days|slots|openings) [are there|do you have|are available|are open|
    can i get|have you got] [today|tomorrow|this week]
(when else|what else do you have|when is the next opening|next available)
when else can (we|i) [do it|meet|talk|do this|come]
do not feel ready [today|for this|yet]
not in the right (headspace|frame of mind|mood|place|head space) [today|right now|for this]
(nah|nope) not (today|now|tonight)
today is (not good|no good|not great|not ideal|not possible) [for me]
(different|another|new) (time|day) please
[i] would like a (different|new|another) (time|day)
i (do not|did not) think i can make it
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
(today|now|that time|this time|that day|tonight|@|#) (does not|is not|will not|is not going to|
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
    better) (time|times|day|date)
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
[do you have|are there|is there|have you got|got] (any other|other|another|a different) (times|time|
    openings|slots) [available|today|tomorrow|this week|later]
(do you have|is there|got) anything (later|tomorrow|later today)
[do you have|are there] any (openings|slots) [today|tomorrow|later|this week]
[maybe|see you|lets do|let us do|lets try|would prefer|prefer] tomorrow instead
(tomorrow|@|later|another day|afternoon|next week) (is|would be|works|would work|might be|
    will be) better [for me]
(how about|what about) (tomorrow|@|later|another day|later today|next week|tomorrow instead)
(i would rather|i would prefer) [to] (do|do it|have it) (tomorrow|later|another day|another time|@)
(maybe|perhaps|possibly|lets do|lets try|lets do it|let us try) (tomorrow|later|another day|
    another time|some other time|next time|later today)
later (today|please|is better|this week|on|today please)
(rain check|raincheck|take a rain check|can i take a rain check)
(i need|need) (another day|more days|one more day|a different day)
"""
