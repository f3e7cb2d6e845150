"""Word lists for judging improvised speech: dates, quantities, and how sentences begin."""

from __future__ import annotations

from typing import Final

_DATES: Final = """
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august
    september october november december today tomorrow yesterday tonight noon midnight
"""

_COMMON: Final = """
    a about absolutely after again against ah aha all already alright also although always am amazing an and
    any anybody anyone anything anyway apparently are aren't as ask at awful basically be because been before
    being believe best better blimey bloody both bother brilliant bring but by bye call called calling came
    can can't cannot certainly cheers clearly come completely could couldn't crikey damn days dear did didn't
    do does doesn't doing don't done each either else enough even ever every everybody everyone everyone's
    everything everything's exactly excuse fair fancy fantastic farewell feel finally find fine first for
    forget frankly from funny get gets getting give given glad go god goes going gone good goodbye goodness
    gosh got great guess had hardly has hasn't have haven't having he he's hear heard heaven heavens hello
    help her here hey hi his hmm hold honestly hooray hope hopefully hours how how's hurry i i'd i'll i'm i've
    if imagine in indeed instead interesting into is isn't it it'd it'll it's its just keep kind know last
    lately least leave let let's like listen little long look looking lovely luckily made make makes many may
    maybe me mean might mind mm money months more most much must my myself naturally near nearly need needed
    never nice no nobody nobody's none nonsense nope not nothing nothing's now obviously of off oh ok okay on
    once one only onto or otherwise our out over pardon people perhaps pity place please pleased possibly
    probably promise promised put quick quite rather ready really regards remember ridiculous right rubbish
    sadly said same say saying says second see seems seriously shall she she's should shouldn't silly simply
    since so some somebody somebody's somehow someone something sometimes somewhere soon sorry sort still stop
    strange such super suppose sure surely sweet take taken talk tell terrible than thank thanks that that's
    the their them then there there's these they they're they've thing things think this those though three
    time to today too took totally tried true truly trust try trying two two's typical uh um unacceptable
    unbelievable under understand unfortunately unless until up us use used usually very wait waited waiting
    want wanted was wasn't way we we'd we'll we're we've weeks well went were weren't what what's whatever
    when when's where where's whether which while who who'd who's whose why why's will wish with without won't
    wonderful work worked works worried would wouldn't wow yeah years yep yes yet you you'd you'll you're
    you've your
"""

DATE_WORDS: Final = frozenset(_DATES.split())
"""Words that date something. "May" is left out: it mostly asks."""

QUANTITY_WORDS: Final = frozenset(("twice", "thrice", "half", "dozen", "hundred", "thousand", "million"))

COMMON_WORDS: Final = frozenset(_COMMON.split())
"""Words that sentences of spoken English begin with; of others nobody can say whether they are names."""
