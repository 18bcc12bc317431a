"""Words that may mean danger, in English. How they are written: see words."""

ANYWHERE = """
(suicid*|suicde*|suiside*|suisid*|sucide*|sucid*|suacid*|suicied*|suecid*|sewerslide*)
(sui|su) cide
(unaliv*|unalive|kms|kys|ctb)
un alive
(kill*|kil|kll|kl|kiling|hurt*|harm*|cut*|hang*|hung|shoot*|shot|drown*) (myself|my self|mysel)
(stab*|poison*|burn|burning|starv*|strangl*|chok*|punish*|hit|hitting|punch*) (myself|my self)
(off|offing|delet*|eras*|overdos*|end|ending|crash*|unaliv*) (myself|my self)
(kill*|hurt*|harm*|cut|cutting) (himself|herself|themselves|themself|yourself|urself|ourselves)
(do|did|doing|done) something .. to (myself|my self)
(hurt*|burn*|cut*|crash*|wreck*|overdos*) .. on purpose
self (harm*|injur*|mutilat*)
(selfharm*|selfinjur*)
cutting (again|myself|my self|my arm*|my leg*|my wrist*|my thigh*)
(been|started|back to|relaps* by|relapsed) cutting
i cut (again|last night|tonight|this morning)
(cut*|slit*|slash*) my [own] (wrist*|arm*|thigh*|leg*|throat|vein*)
relapsed .. cut*
urge* to .. (cut|die|hurt|harm|kill|end|burn|jump)
kill me
(he|she|they|someone|somebody|husband|wife|boyfriend|girlfriend|partner|ex) .. (kill|killing) me

(end*|taking|take|took|finish*) [my|this|own|my own] life
(end*|finish*) it all
end* (everything|things)
(want*|wish*|going|ready|about|decided|plan*|time) to (end|finish) it
(want*|wish*|need) .. to (end|be over|stop) (all|forever|for good)
(want*|wish*|need) (it all|everything|life|my life|this life) to (stop|end|be over)
(want*|wish*|need) .. (pain|hurting|suffering) to (stop|end|be over|go away)
out of (my|this) misery

(want*|wish*|ready|rather|going|like|hop*|prefer*|deserv*|trying|tried|try|about) [to|2] [just] die
(should|could|might|let me|better|gonna|supposed to|i will|wanting to|time to) [just] die
(want*|wish*|rather|better|like|deserve) [to] [just|i] [be|am|was|were] dead
(better|best) off dead
better dead
(feel*|felt|thought* of|thinking of|think about|thinking about|thoughts about|want*) [like] dying
(feel*|felt) like (ending|killing|i am dying|i want to)
(think|thinking|thought*) [of|about] (death|killing|ending)
i am dying
(if|when|wish) i (died|die|was dead|were dead|am dead|was gone|were gone|disappear*|did not exist)
wish* .. (never|not) .. (born|exist*|wake*|woke*|alive|live|living|here)
(hop*|want*|rather|pray*) .. (never|not) .. (wake|waking|wake up)
never wake up
(be|join|reunite*) .. with my (dead|late)
(not|never|no longer) (want*|wanting) to (wake up|live|be alive|exist|go on|be here|be around)
(not|never|no longer) (want*|wanting) to (keep living|keep going|be in this world|be on this)
not (want*|wanting) (life|my life|this life)
rather not (be alive|live|be here|exist|wake up)
not deserve to (live|be alive|be here|exist)
(wish*|could|like) [i|to] [could|just] disappear
want to (disappear|not exist|stop existing|stop living|not be here|sleep forever|not wake up)
want to (go to sleep forever|not be alive|not live|be gone|vanish)
(sleep|asleep) .. (never|not) wake

reason* [for|to] (live|living|be alive|keep going|go on|stay alive|exist)
(point|use|sense) (of|in|to) (living|life|going on|being alive|it all|anything)
(no|the) point (anymore|any more)
will to live
nothing [left] to live for
(everyone|everybody|they|family|kids|world|you|people|all) .. better [off] without me
better off (without me|if i)
(no one|nobody|noone) (would|will) [even|ever] (miss|care|notice)
(no one|nobody|noone) cares if i
(am|just|only|being) a burden
burden (to|on) (everyone|everybody|my family|my kids|them|people)
(can not|could not) (go on|live like this|live anymore|keep going|keep living|live with)
(can not|could not) do (this|it|life) (anymore|any more|any longer|no more)
(can not|could not) (take|stand|handle|bear|cope) .. (anymore|any more|any longer|no more)
not worth (living|it anymore|being alive)
(tired|sick|done|over|exhausted) [of|with] (living|life|my life|this life|being alive|existing)
(hat*) (my life|being alive|living|life)
life is [so] (over|pointless|meaningless|worthless|not worth)
life not worth
(feel*|felt|am|is|everything) .. hopeless
(no|lost|without|given up|losing) [all|my|on|any] hope
(giv*|gave) up on (life|everything|living|myself)

(going to|will) do it .. goodbye
goodbye (forever|everyone|everybody|world|cruel world|letter*|note)
(this is|my last|my final) goodbye
say* goodbye to (my|everyone|the world|them)
this is my (last|final) (text|message)
my (last|final) (words|day|night|note)
(by the time|when) you (read|get|see) this
(not|never) (see|hear from) me again
not have to worry about me
not be (alive|around) (much longer|anymore|any more|for long|tomorrow)
not be here (much longer|anymore|any more|for long|tomorrow goodbye)
not be alive
be gone (soon|forever|for good)
tell (my|him|her|them) .. i love
have a plan to (end|die|kill|do it|hurt)

(overdos*|oding|oded)
over dose
(to|will|might|could|i) od
od (on|tonight)
(took|taken|taking|swallow*|downed) .. (all|whole|entire|handful|too many|bunch) .. (pill*|med*)
(took|taken|taking|swallow*) .. all .. (xanax|klonopin|ativan|ambien|tylenol|tablets|pills)
(took|taken|taking|swallow*) all .. klonopin
(going|want|wanting|wanted|plan|about|thinking|could|might|will) .. take all .. (pill*|med*)
(took|taken|swallow*|downed|ate) [just|like|about] ## (pill*|tablet*|capsule*|xanax|klonopin)
(took|taken|swallow*|downed|ate) [just|like|about] ## (ativan|ambien|tylenol|advil|oxy*|benzo*)
(whole|entire) bottle
i took [way] too (many|much)
swallowed [some|the|my|all my] pills
too many (pill*|med*|tablet*|xanax|klonopin)
(drink|drank|drinking) (bleach|antifreeze|poison)
(pill*|gun|knife|razor|rope|blade|belt) .. (in my hand|next to me|around my neck|to my head)
(gun|knife|blade|razor|rope|belt) .. (to|on|in|around) my
(have|has|got|holding|bought|found|loaded) [a|the|my] [loaded] (gun|rope|razor)
(noose|bullet)
(jump*|step*|walk*|throw* myself) [off|from] [of] (a|the|my) (bridge|roof|building|cliff|balcony)
(jump*|step*|walk*|throw* myself) .. (in front of|into) .. (traffic|train|truck|bus|car)
(driv*) .. (off|into) (a|the) (road|bridge|cliff|tree|wall|river|pole)
(standing|on|sitting) [on] (a|the) (ledge|edge of the)
standing on (a|the) (bridge|roof)
i am on (a|the) (roof|ledge)
walk* into traffic
(almost|nearly) jumped

(am|feel|feeling|be|felt|is) (not|never) [really|very] [so] safe
not (feel|feeling|felt) [very|really|so|that] safe
never feel safe
not safe (with myself|right now|here|at home|alone|anymore|tonight)
unsafe
am in danger
(can not|not|trouble) [able to] (keep|keeping) myself safe
(afraid|scared|worried|terrified) .. [what] i [might|will|may|could|am going to|would] (do|hurt)
not trust myself
do something (stupid|bad|drastic)
(going to|want to|will|might|could|to) (kill|murder|shoot|stab|hurt) (him|her|them|someone|you)
(going to|want to|will|might|could) (kill|murder|shoot|stab|hurt) (somebody|everyone|people)
(going to|trying to|wants to|will|threatened to|threatens to) (kill|hurt) me
(he|she|they|husband|wife|boyfriend|girlfriend|partner|ex) .. (hit*|beat*|chok*|rap*|abus*) me
(he|she|they|husband|wife|boyfriend|girlfriend|partner|ex) .. (hurting|threaten*|attack*) me
(is|am|being|was|been) (abused|raped|beaten)
(can not|could not|not|hard to|trouble|hardly) [able to] (breathe|breath|breathing)
chest (pain|pains|hurts)
heart attack
(need|call|called|calling|send) .. ambulance
unconscious
"""

# The whole text is no more than this: a plea, not a question.
ALONE = """
help me [please|now]
help me help me [help me]
please help [me] [please|now]
help [me] (please|now|asap|right now)
(someone|somebody|anyone|anybody) [please] help [me] [please]
[please] i [really] need help [now|right now] [please|asap|bad|badly|urgently|so bad]
need help [now|asap|right now|badly]
sos
[it is|this is] [an] emergency
[i am in|i am having|having|in] [a] crisis
[i] [just] want to dye
[i am] in (danger|trouble)
not safe
i am [so|really] scared
i want to end [it|this|things]
(end it|i want out|what is the point)
[please] make it [all] stop
what is the point (anymore|any more|of anything|of any of this)
[i] [just] want it to (end|stop|be over)
(i am done|i give up|goodbye|save me|i wrote a note|die die die)
i can not (anymore|any more)
i am not (ok|okay) [at all|anymore]
"""

# No danger, whatever stands in them. Kept few: in doubt it is danger.
HARMLESS = """
dying to (see|know|hear|meet|tell|try|talk)
dying (laughing|of laughter|of boredom)
so (hungry|embarrassed|excited|happy|bored) i could die
# kms
(drive|walk|run|ride) .. kms
not safe to (drive|eat|take|drink|park|text)
(cut|burned) myself (shaving|cooking|chopping)
hurt myself (at the gym|working out|running|lifting|exercising)
die my hair
can not go on (monday|tuesday|wednesday|thursday|friday|saturday|sunday|the|that|vacation|a)
cutting (back|down|out|carbs|it close)
"""
