"""Expressions asked of the referees: each becomes the calculate of one node of a fixed record.

`python -m tests.content.xforms.referees.expressions LIST` prints, for each line of LIST, what ours, JavaRosa
and web-forms store, as JSON lines (`expression ours javarosa web_forms`).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from tests.content.xforms.referees.drivers import Answers, Ours, javarosa, web_forms

RECORD = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>e</h:title><model>
<itext><translation lang="en" default="true()"><text id="greeting"><value>Hello</value></text>
<text id="ca"><value>Choice A</value></text><text id="cb"><value>Choice B</value></text>
</translation></itext>
<instance><data id="e" version="1"><i>5</i><d>2.5</d><zero>0</zero><two>2</two><s>abc</s><blank/>
<letter>c</letter><date>2020-02-29</date><moment>2020-02-29T10:30:00.000+03:00</moment>
<time>10:30:00.000+03:00</time><multi>a b</multi><choice>b</choice><big>254712345678</big>
<lead>0712</lead><trace>0 0 0 0; 0 1 0 0</trace><shape>0 0 0 0; 0 1 0 0; 1 1 0 0; 0 0 0 0</shape>
<group><inner>in</inner></group>
<rep><n>1</n><m/><t>x</t></rep><rep><n>2</n><m>4</m><t>y</t></rep><rep><n>3</n><m>6</m><t>z</t></rep>
<out/></data></instance>
<instance id="fruit"><root><item><name>a</name><label>Apple</label><price>10</price><kind>x</kind>
</item><item><name>b</name><label>Banana</label><price>20</price><kind>x</kind></item><item>
<name>c</name><label>Cherry</label><price>30</price><kind>y</kind></item></root></instance>
<bind nodeset="/data/i" type="int"/><bind nodeset="/data/d" type="decimal"/>
<bind nodeset="/data/zero" type="int"/><bind nodeset="/data/two" type="int"/>
<bind nodeset="/data/s" type="string"/><bind nodeset="/data/blank" type="string"/>
<bind nodeset="/data/letter" type="string"/><bind nodeset="/data/date" type="date"/>
<bind nodeset="/data/moment" type="dateTime"/><bind nodeset="/data/time" type="time"/>
<bind nodeset="/data/multi" type="string"/><bind nodeset="/data/choice" type="string"/>
<bind nodeset="/data/big" type="string"/><bind nodeset="/data/lead" type="string"/>
<bind nodeset="/data/trace" type="geotrace"/><bind nodeset="/data/shape" type="geoshape"/>
<bind nodeset="/data/group/inner" type="string"/><bind nodeset="/data/rep/n" type="int"/>
<bind nodeset="/data/rep/m" type="int"/><bind nodeset="/data/rep/t" type="string"/>
<bind nodeset="/data/out" type="string" calculate="@EXPRESSION@"/>
</model></h:head><h:body><input ref="/data/i"><label>i</label></input>
<select ref="/data/multi"><label>m</label><item><label>A</label><value>a</value></item>
<item><label>B</label><value>b</value></item><item><label>C</label><value>c</value></item></select>
<select1 ref="/data/choice"><label>c</label>
<item><label ref="jr:itext('ca')"/><value>a</value></item>
<item><label ref="jr:itext('cb')"/><value>b</value></item></select1>
<group ref="/data/rep"><label>r</label><repeat nodeset="/data/rep">
<input ref="/data/rep/n"><label>n</label></input></repeat></group></h:body></h:html>
"""


def form_of(expression: str) -> str:
    """The XForm whose /data/out calculates `expression`."""
    return RECORD.replace("@EXPRESSION@", escape(expression, {'"': "&quot;"}))


def stored(answers: Answers) -> str | None:
    """What /data/out holds, None where the form does not load."""
    for answer in answers:
        for node in answer.get("nodes", ()):
            if node["path"] == "/data/out":
                return str(node["value"])
    return None


def ask(expressions: list[str], folder: Path) -> list[dict[str, Any]]:
    """What each engine stores for each expression."""
    ours, java, web = Ours(), javarosa(), web_forms()
    assert java is not None
    assert web is not None
    rows = []
    path = folder / "expression.xml"
    for expression in expressions:
        path.write_text(form_of(expression))
        rows.append(
            {
                "expression": expression,
                "ours": stored(ours.sweep(path, None, [{"op": "dump"}])),
                "javarosa": stored(java.sweep(path, None, [{"op": "dump"}])),
                "web_forms": stored(web.sweep(path, None, [{"op": "dump"}])),
            }
        )
    for referee in (ours, java, web):
        referee.close()
    return rows


def main() -> None:
    listed = Path(sys.argv[1]).read_text().splitlines()
    expressions = [line for line in listed if line and not line.startswith("# ")]
    folder = Path("/tmp/expr")
    folder.mkdir(exist_ok=True)
    for row in ask(expressions, folder):
        print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    main()
