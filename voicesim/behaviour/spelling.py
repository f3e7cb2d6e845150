"""One spelling for what people say in many: contractions, slips of the pen, British and American forms.

The same folding runs over transcripts and over patterns, so a pattern written one way finds all the others.
A folded word need not be an English word ("promise" becomes "promize"); it only has to come out the same
on both sides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

APOSTROPHES: Final = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "`": "'", "\u00b4": "'"})

# What a written word stands for, as words apart; "a/b" is a word that may be read either way.
_CONTRACTIONS_TEXT: Final = """
im=i am; i'm=i am; ive=i have; ill=i will; imma=i am going to; i'ma=i am going to
youre=you are; youve=you have; youll=you will; youd=you would/had
weve=we have; theyre=they are; theyve=they have; theyll=they will; theyd=they would/had
thats=that is/has; thatll=that will; itll=it will; its=it is/has; hes=he is/has; shes=she is/has
whats=what is/has; wheres=where is/has; hows=how is/has; heres=here is; theres=there is/has; whos=who is/has
dont=do not; doesnt=does not; didnt=did not; cant=can not; cannot=can not; couldnt=could not
wouldnt=would not; shouldnt=should not; wont=will not; won't=will not; isnt=is not; arent=are not
wasnt=was not; werent=were not; hasnt=has not; havent=have not; hadnt=had not; mustnt=must not; neednt=need not
can't=can not; shan't=shall not; ain't=is/are/am not; aint=is/are/am not; lets=let us; let's=let us
couldve=could have; shouldve=should have; wouldve=would have; mustve=must have; mightve=might have
gonna=going to; wanna=want to; gotta=got to; gimme=give me; lemme=let me; kinda=kind of; sorta=sort of
dunno=do not know; outta=out of; y'all=you all; yall=you all; coulda=could have; shoulda=should have
woulda=would have; cuz=because; 'cause=because; coz=because; bcoz=because; til='till; whatcha=what are you
pls=please; plz=please; plse=please; thx=thanks; thnx=thanks; tks=thanks; thankyou=thank you; ty=thank you
u=you; ur=your; ya=you; yous=you; r=are; n=and; b4=before; gr8=great; msg=message; acct=account; appt=appointment
ok=okay; k=okay; kk=okay; okey=okay; okie=okay; o.k=okay; okays=okay; alrighty=alright; aye=yes
yep=yes; yup=yes; yea=yes; yeah=yes; yess=yes; nope=no; nah=no; hiya=hi; hai=hi; hey=hi; helo=hello; hallo=hello
asap=as soon as possible; eod=end of day; fyi=for your information; btw=by the way; tho=though
mister=mr; mrs=mrs; missus=mrs; sorri=sorry; soz=sorry; appologies=apologies
appologize=apologize; appologise=apologize; unfortunatly=unfortunately; definately=definitely
recieve=receive; recieved=received; seperate=separate; inconvience=inconvenience; inconvinience=inconvenience
inconvenince=inconvenience; untill=until; tommorow=tomorrow; tomorow=tomorrow; tmrw=tomorrow; tmr=tomorrow
assit=assist; asist=assist; assisst=assist; custmer=customer; cutomer=customer; adress=address; emial=email
welcom=welcome; plesae=please; pleae=please; waht=what; teh=the; thnak=thank; thak=thank; anythign=anything
anyting=anything; somthing=something; allright=alright; becuase=because; beacuse=because; wich=which; hep=help
ihave=i have; ican=i can; alot=a lot; aswell=as well; incase=in case; infact=in fact
"""

_IRREGULAR_TEXT: Final = """
centre=center; centres=centers; metre=meter; litre=liter; theatre=theater; fibre=fiber; cheque=check
cheques=checks; programme=program; programmes=programs; grey=gray; licence=license; defence=defense
practise=practice; enquiry=inquiry; enquiries=inquiries; enquire=inquire; enquiring=inquiring; tyre=tire
tyres=tires; learnt=learned; whilst=while; mum=mom; judgement=judgment; fulfil=fulfill; enrol=enroll
enrolment=enrollment; instalment=installment; instalments=installments; catalogue=catalog; dialogue=dialog
colour=color; favour=favor; e-mail=email; e-mails=emails; ma'am=madam; maam=madam; mam=madam
telephone=phone; towards=toward; afterwards=afterward; forwards=forward; backwards=backward
jewellery=jewelry; plough=plow; storey=story; kerb=curb; zipcode=zip code; wi-fi=wifi
log-in=login; sign-in=signin; pick-up=pickup; check-in=checkin; set-up=setup; follow-up=follow up; on-line=online
re-set=reset; re-start=restart; re-book=rebook; re-send=resend; pre-paid=prepaid; up-to-date=up to date
"""


def word_set(words: str) -> frozenset[str]:
    """The words of a line as a set."""
    return frozenset(words.split())


_HOSTS_OF_IS: Final = word_set(
    "it that this what where how here there he she who when why which everything something nothing name "
    "everyone someone somebody everybody one"
)
_NUMERALS: Final = word_set(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand "
    "million half couple dozen first second third"
)
NUMBER: Final = "{number}"
"""The form that every number has, in digits or in words."""

_TAILS: Final = (
    ("n't", "not"),
    ("'m", "am"),
    ("'re", "are"),
    ("'ve", "have"),
    ("'ll", "will"),
    ("'d", "would/had"),
)
_STRETCHED: Final = re.compile(r"([a-z])\1{2,}")
_DIGITS: Final = re.compile(r"[$£€#]?\d[\d,.:/]*(?:st|nd|rd|th|am|pm|hrs?|h|mins?|k|%|gb|mb)?\Z")
_ISE: Final = re.compile(r"(.{3,}[a-z])is(e|ed|es|ing|er|ers|ation|ations)\Z")
_YSE: Final = re.compile(r"(.{3,})ys(e|ed|es|ing)\Z")
_OUR: Final = re.compile(r"(.{3,})our(s|ed|ing|ite|ites|able|ful|al)?\Z")
_DOUBLE_L: Final = re.compile(r"(.{4,})ll(ed|ing|er|ers|ation)\Z")


def _pairs(text: str) -> dict[str, tuple[str, ...]]:
    entries = (entry.split("=") for line in text.splitlines() for entry in line.split(";") if entry.strip())
    return {written.strip(): tuple(meant.split()) for written, meant in entries}


_CONTRACTIONS: Final[Mapping[str, tuple[str, ...]]] = _pairs(_CONTRACTIONS_TEXT)
_IRREGULAR: Final[Mapping[str, tuple[str, ...]]] = _pairs(_IRREGULAR_TEXT)


def fold(word: str) -> str:
    """One spelling of a plain lower-case word.

    >>> fold("apologise") == fold("apologize"), fold("cancelled") == fold("canceled")
    (True, True)
    """
    if len(word) < 6:
        return word
    for rule, ending in ((_ISE, "iz"), (_YSE, "yz"), (_OUR, "or"), (_DOUBLE_L, "l")):
        found = rule.match(word)
        if found:
            return f"{found[1]}{ending}{found[2] or ''}"
    return word


def spell(written: str) -> tuple[tuple[str, ...], ...]:
    """The words that one written word stands for, each with the forms that it may be read as.

    Args:
        written: a word in lower case, without punctuation around it.

    >>> spell("i'd")
    (('i',), ('would', 'had'))
    """
    if not any(char.isalnum() for char in written):
        return ()
    if written in _CONTRACTIONS:
        return tuple(_forms(part) for part in _CONTRACTIONS[written])
    if written in _IRREGULAR:
        return tuple(_forms(part) for part in _IRREGULAR[written])
    if "'" in written:
        return _apostrophe(written)
    if "-" in written.strip("-") and not _DIGITS.match(written):
        return tuple(forms for part in written.split("-") for forms in spell(part))
    return (_forms(written),)


def _apostrophe(written: str) -> tuple[tuple[str, ...], ...]:
    for tail, meant in _TAILS:
        if written.endswith(tail) and len(written) > len(tail):
            return (*spell(written[: -len(tail)]), _forms(meant))
    if written.endswith("'s") and len(written) > 2:
        host = written[:-2]
        return (*spell(host), ("is", "has") if host in _HOSTS_OF_IS else ("'s", "is", "has"))
    return (_forms(written.replace("'", "")),)


def _forms(part: str) -> tuple[str, ...]:
    if "/" in part and not part[0].isdigit():
        return tuple(fold(form) for form in part.split("/") if form)
    if _DIGITS.match(part):
        return (part, NUMBER)
    folded = fold(_STRETCHED.sub(r"\1", part)) or part
    return (folded, NUMBER) if folded in _NUMERALS else (folded,)
