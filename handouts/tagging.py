"""What WeasyPrint leaves undone in a tagged PDF: its PDF in, the same PDF accessible in every part out.

Works on the PDF's objects just before they are written. Each step says which rule it serves.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pydyf

from handouts import streams

#: PDF units (points, 72 to the inch) in one CSS pixel (96 to the inch).
POINTS = 0.75
REFERENCE = re.compile(rb"(\d+) 0 R")

PDFUA = """<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">\
<pdfuaid:part>1</pdfuaid:part></rdf:Description>\
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>The part of ISO 14289 the file conforms to</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description></rdf:RDF>"""


def metadata_of_both_standards(metadata: Any) -> Callable[..., bytes]:
    """The metadata of PDF/A, which WeasyPrint writes, and of PDF/UA, which it writes only without PDF/A.

    PDF/A (ISO 19005-3, 6.6.2.3) wants the second schema described, so its description stands there too.
    """
    of_one: Callable[..., bytes] = metadata.generate_rdf_metadata

    def of_both(*args: Any) -> bytes:
        return of_one(*args).replace(b"</rdf:RDF>", PDFUA.encode())

    return of_both


def finish(document: Any, pdf: Any, languages: Sequence[str], padding: int) -> None:
    """WeasyPrint's last call before it writes the file.

    `languages` are those of the pages. For `padding`, see `_end_cleanly`.
    """
    elements = {obj.number: obj for obj in pdf.objects if _is(obj, "StructElem")}
    pages = {reference: number for number, reference in enumerate(pdf.page_references)}
    _leave_metadata_readable(pdf)
    _describe_links(document)
    _scope_headers(elements.values())
    _place_figures(elements.values(), document, pages)
    _name_languages(pdf, pages, languages)
    _make_margins_artifacts(elements, pdf, pages)
    _end_cleanly(pdf, padding)


def _is(obj: Any, kind: str) -> bool:
    return isinstance(obj, dict) and obj.get("Type") == f"/{kind}"


def _leave_metadata_readable(pdf: Any) -> None:
    """ISO 19005-3, 6.6.2.1: the metadata stream is not compressed."""
    for obj in pdf.objects:
        if getattr(obj, "extra", {}).get("Type") == "/Metadata":
            obj.compress = False


def _describe_links(document: Any) -> None:
    """ISO 14289-1, 7.18.5: a link is described in words, not by its address."""
    for page in document.pages:
        for _, _, _, box in page.links:
            words = box.element.get("title") or "".join(box.element.itertext()).strip()
            if box.link_annotation is None:  # it leads nowhere, which WeasyPrint has said
                continue
            box.link_annotation["Contents"] = pydyf.String(words)


def _scope_headers(elements: Any) -> None:
    """ISO 14289-1, 7.5: a table's headers say whether they head a row or a column."""
    for element in elements:
        if element["S"] == "/TH":
            # WeasyPrint numbers a header cell table-row-column; row 0 is the header row.
            row = element["ID"].data.strip(b"()").split(b"-")[1]
            element["A"]["Scope"] = "/Column" if row == b"0" else "/Row"


def _place_figures(elements: Any, document: Any, pages: dict[bytes, int]) -> None:
    """ISO 32000-1, 14.8.5.4: a figure's box is in points from the foot of the page, not pixels from its head."""
    for element in elements:
        if element["S"] == "/Figure":
            left, top, right, bottom = element["A"]["BBox"]
            height = document.pages[pages[element["Pg"]]].height
            element["A"]["BBox"] = pydyf.Array(
                [left * POINTS, (height - bottom) * POINTS, right * POINTS, (height - top) * POINTS]
            )


def _name_languages(pdf: Any, pages: dict[bytes, int], languages: Sequence[str]) -> None:
    """ISO 14289-1, 7.2: what is not in the language of the document says in which it is."""
    root = next(obj for obj in pdf.objects if _is(obj, "StructTreeRoot"))
    for kid in _object(pdf, root["K"][0])["K"]:
        element = _object(pdf, kid)
        language = languages[pages[element["Pg"]]]
        if language != languages[0]:
            element["Lang"] = pydyf.String(language)


def _make_margins_artifacts(elements: dict[int, Any], pdf: Any, pages: dict[bytes, int]) -> None:
    """ISO 14289-1, 7.8: running headers and footers are artifacts.

    WeasyPrint marks them as content but hangs them nowhere: what cannot be reached from the root is theirs.
    """
    root = next(obj for obj in pdf.objects if _is(obj, "StructTreeRoot"))
    reached = set(_descend(root, elements))
    parents = dict(_pairs(_object(pdf, root["ParentTree"])["Nums"]))
    for number, element in elements.items():
        if number in reached:
            continue
        stream = _object(pdf, _object(pdf, element["Pg"])["Contents"])
        for kid in element["K"]:
            if isinstance(kid, int):
                _make_artifact(stream, kid)
                parents[pages[element["Pg"]]][kid] = "null"
        element.clear()
        element.free = "f"


def _object(pdf: Any, reference: bytes) -> Any:
    """The object a reference stands for."""
    match = REFERENCE.fullmatch(reference)
    assert match
    return pdf.objects[int(match[1])]


def _pairs(flat: list[Any]) -> Iterator[tuple[Any, Any]]:
    return zip(flat[::2], flat[1::2], strict=True)


def _descend(element: Any, elements: dict[int, Any]) -> Iterator[int]:
    for kid in element["K"]:
        match = REFERENCE.fullmatch(kid) if isinstance(kid, bytes) else None
        if match and int(match[1]) in elements:
            yield int(match[1])
            yield from _descend(elements[int(match[1])], elements)


def _make_artifact(stream: Any, mcid: int) -> None:
    """Turn `/Span <</MCID n>> BDC` into `/Artifact <</Type /Pagination>> BDC`."""
    at = stream.stream.index({"MCID": mcid})
    stream.stream[at - 1 : at + 1] = ["/Artifact", pydyf.Dictionary({"Type": "/Pagination"})]


def _end_cleanly(pdf: Any, padding: int) -> None:
    """ISO 19005-3, 6.1.7.1: a stream is as long as it says (see `streams`). To the one that pydyf adds, objects are added."""
    for stream in pdf.objects:
        if not isinstance(stream, pydyf.Stream):
            continue
        data = pydyf.Stream(stream.stream).data.partition(b"stream\n")[2].removesuffix(b"\nendstream")
        if stream.compress:
            data, length = streams.packed(data)
            if "Length1" in stream.extra:  # of a font: its length unpacked
                stream.extra["Length1"] = length
            stream.extra["Filter"], stream.compress = "/FlateDecode", False
        stream.stream = [streams.closed(data)]
    for _ in range(padding):
        pdf.add_object(pydyf.Dictionary({}))
