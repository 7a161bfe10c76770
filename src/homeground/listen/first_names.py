"""First names by which people are known, as words are compared: in small letters and without accents."""

from __future__ import annotations

import unicodedata

__all__ = ["FIRST_NAMES", "NICKNAMES", "WORDS_TOO", "folded"]

_NO_MARK = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe"})

# First names that are common in the United Kingdom today, from many languages, Welsh ones among them; those that are
# also everyday words are in the two lists below.
_FIRST_TEXT = """
    aaron abbas abbie abdi abdul abdullah abena abigail adaeze adam adebayo adele aditi adnan adrian adwoa afua
    agata agnes agnieszka ahmad ahmed aidan aisha ajay akash akosua alan alasdair albert aled alejandro alessandra
    alex alexander alexandra alfie alfred ali alice alicia alina alison aliyah alun alwyn amal amanda amar amara
    amelia amina amir amit amy ananya andre andrea andrew andrzej andy aneesa angela angharad ania anil anisa anita
    anjali ann ann-marie anna anne anne-marie annette annie anthony antonio anwar anwen aoife arif arjun arthur
    arwel asad asha ashley ashok asif ayaan ayesha aylin aziz babatunde barbara barry bashir beata beatrice becky
    ben benjamin bernadette bernard beryl beth bethan bethany betty bev beverley bilal bilqis bjorn bob bobby bogdan
    bola branwen brenda brendan brian bridget bronagh bronwen bruce callum cameron carl carla carly carmel carol
    caroline carwyn carys catherine cathy catrin ceri cerys cezar charles charlie charlotte chelsea cheryl chiara
    chinedu chioma chloe chris christina christine christopher ciara claire clare claudia clive colin connor conor
    craig cynthia dafydd damian dan daniel danielle danny darren dave david debbie deborah debs deepak delroy delyth
    denise dennis derek desmond diana diane dilip dilwyn dimitri dmitri dominic donald donna doreen doris dorothy
    dougie douglas duncan dylan ebele ebony ed eddie edith edna edward efua eifion eileen eilidh eirlys ekaterina
    elaine eleanor elen elena elif elin elizabeth ella ellen ellie elsie eluned emeka emily emlyn emma emre emrys
    eoin eric erica erin ethan eunice eva evelyn ewa faisal farah farhan fatima fatuma felicity fergal fergus ffion
    fiaz fiona folasade frances francesca freda freddie frederick funmi ganesh gareth gary gavin gaz gazza gemma
    geoff geoffrey george georgia georgina geraint gerald geraldine gerallt gethin ghulam gillian giulia gladys
    glenda glenn glenys gordon gosia graham grainne greg gregory grzegorz gunther gurdeep gurpreet guto gwen gwenda
    gwenllian gwilym gwyneth halima halina hamid hamza hannah harinder harjit harold haroon harpreet harriet harry
    hassan hayley heather hefin heledd helen helene henry henryk hilary hina hodan howard huda hugh hussain huw
    hywel ian ibrahim iestyn ieuan ifan ifeoma ifor illtyd ilona ilse imran ines ingrid ioan ioana iolo iorwerth
    iqra irene isaac isabel isabella ishaan isla istvan ivan iwan iwona jacob jacqueline jade jaden jagdeep jake
    jamal james jamie jamila jan jane janet janice jaroslaw jasmin jasmine jason jaswinder javed javid jayne jean
    jeanette jeff jeffrey jen jenna jennifer jenny jeremy jerome jerzy jess jessica jill jim jimmy jo joan joanna
    joanne joe joel john jolanta jonathan jordan jose joseph josephine josh joshua josie joyce juan judith judy
    julia julian julie june jurgen justin kabir kalpana kamil kamran karen karl karolina kashif kasia katarzyna kate
    katherine kathleen kathryn kathy katie kayleigh kayode keith kelly ken kenneth kerry kev kevin khadija khalid
    khalida kieran kim kimberley kirsty kofi krzysztof kulwinder kumar kwabena kwame kyle lakshmi laszlo latoya
    laura lauren lawrence leah leanne lee leila leo leon leonard leroy lesley leslie lewis liam lillian linda
    lindsay lisa liz lizzie llinos llyr llywelyn logan lorna lorraine louise lowri lucas lucy lukasz luke lydia lynn
    lynne maciej maeve magda maggie mahmood mair majid malcolm malgorzata malik manjit manpreet manuel marcin marcus
    mared marek margaret mari maria mariam marian marie marilyn marion mariusz marjorie marta martin martyn mary
    maryam mateusz matt matthew maureen maurice mavis meera megan mehdi mehmet mei meinir meirion melanie melissa
    menna merfyn michael michal michelle mick mihai mike miriam mohamed mohammad mohammed mohamud molly monica
    monika morgan muhammad mustafa myfanwy myra nabila nadeem nadia naeem nancy naomi nasim nasir nasreen natalie
    natasha nathan neelam neil nerys ngozi nia niall niamh nicholas nicola nicolae nicole nigel nikhil nimo nisha
    nkechi noah noel noemi noor noreen norma norman nuala obi obinna oksana olena olga oliver olivia olu olumide
    oluwaseun olwen omar omari orla oscar owain owen padraig pamela parminder parveen patricia patrick patrycja paul
    paula pauline pawel peggy penelope percy pete peter phil philip phillip phyllis piotr pradeep priya przemyslaw
    rachel radoslaw rafal rahul raj rajesh rajinder rakesh ralph ramesh ramon rashid raul raymond razia rebecca
    reena reginald rehana rekha renata rene renee rhian rhiannon rhodri rhydian rhys riaz richard rita robbie robert
    roberta robin robina roger rohan roisin ronald ronnie rosemary rosie roy rubina ruby rukhsana rukhsar rupert
    russell ruth ryan ryszard sabrina sadia saeed safiya sahra saima saira sajid sally salma sam samantha samina
    samir samira samuel sandra sanjay sanjeev saoirse sara sarah sasha satnam scott seamus sean sebastian seema
    selina shabnam shahid shaista shakira shanice shannon sharifa sharon shaz shazia shazza sheila shirley shreya
    sian sidney simon sinead siobhan sion sioned siti slawomir sofia sonia sophia sophie soren stacey stanley stefan
    steffan stella stephanie stephen steve steven stu stuart sukhdeep sumaira sunita suresh susan suzanne svetlana
    swati sylvia sylwia tahir tamika tanya tara tariq tasneem ted tegwen temitope tendai terence teresa terry
    thandiwe theo theresa thomas tiffany tim timothy tina toby tom tomasz tomos tony tracey tracy trev trevor trish
    tudur tunde tyler uchenna umar urszula usman valerie vanessa vera veronica vicky victoria vijay vikram vincent
    vivian vivienne walter waqas waseem wayne wendy wilfred william winifred winston wioletta wojciech wojtek yasin
    yasmin yaw yetunde yewande yolanda yuki yusuf yvonne zahra zainab zara zbigniew zeeshan zeynep zoe zofia zoltan
    zsofia zubair zuzanna
"""
FIRST_NAMES = frozenset(_FIRST_TEXT.split())
"""Names that count wherever they stand with a capital."""

_NICK_TEXT = """
    abs ash baz bazza bex cat chaz daz dazza dee del gill jaz kaz lou loz mags mo nat nick nige reg rob ron shell si
    stan taz tel viv zed
"""
NICKNAMES = frozenset(_NICK_TEXT.split())
"""Names that count, with a capital or without, only where the words around them say that a name stands there."""

_WORD_TEXT = """
    angel april autumn bill blessing bryn christian daisy dawn dean dewi dot drew faith frank glyn grace guy harmony
    hazel holly hope ivy jack jewel joy lily mark may melody miles olive pat patience paz pearl penny poppy precious
    ray rose sage sky summer sunny sue violet will wyn
"""
WORDS_TOO = frozenset(_WORD_TEXT.split())
"""Names that are also everyday words: they count with a capital, where the words around them say so."""


def folded(word: str) -> str:
    """Return a word in small letters and without accents.

    Examples
    --------
    >>> [folded(name) for name in ("Siân", "Zoë", "Łukasz")]
    ['sian', 'zoe', 'lukasz']
    """
    apart = unicodedata.normalize("NFKD", word.lower())
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).translate(_NO_MARK)
