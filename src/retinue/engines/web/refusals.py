"""Why a site or a page is not read; each says what to do instead."""

from retinue.kernel.errors import Refusal


class WebRefused(Refusal):
    """This address cannot be read; give another one."""

    status = 422
    next = "Check the address in a browser and send it again."


class NoGate(WebRefused):
    """Nothing is fetched without the gate of engines/governance: pass it when the fetcher is made."""

    status = 500
    next = "Start Retinue with governance assembled."


class NotAWebsite(WebRefused):
    """The address {url} is not a website: give one like https://example.com."""

    next = "Give an http or https address without a user name, on port 80, 443 or above 1023."


class PrivateAddress(WebRefused):
    """The address {url} leads into a private network, which is not read: give a public one."""

    status = 403
    next = "Give a public address; for a site on your own network, set RETINUE_WEB_ALLOW_PRIVATE=true."


class NotResolvable(WebRefused):
    """There is no site named {host}: check the spelling."""

    next = "Check the spelling of the name and this machine's name server."


class Unreachable(WebRefused):
    """The site {host} does not answer: check that it is up and try again."""

    status = 502
    next = "Open the address in a browser; if it opens there, check this machine's network."


class TlsFailed(WebRefused):
    """The site {host} has no valid certificate: have it renewed, or give an address that has one."""

    status = 502
    next = "Have the site's certificate renewed, or give its http address."


class TooSlow(WebRefused):
    """The address {url} took longer than {seconds:g} seconds: try again later."""

    status = 504
    next = "Try again later, or raise RETINUE_WEB_TOTAL_SECONDS."


class TooLarge(WebRefused):
    """What {url} sends is larger than the {megabytes:g} MB allowed here: leave it out."""

    status = 413
    next = "Send the file itself in parts, or raise RETINUE_WEB_FILE_BYTES."


class RedirectLoop(WebRefused):
    """The address {url} redirects without end: give the address that it should lead to."""

    status = 502


class WrongType(WebRefused):
    """What {url} sends ({content_type}) is not read: only pages, text, PDF, DOCX, PPTX, XLSX and CSV are."""

    status = 415
    next = "Save it as one of these and send the file."


class NotServed(WebRefused):
    """The site answers {status_code} for {url}: check the address."""

    status = 502


class Busy(WebRefused):
    """The site {host} asks to be left alone for now: try again later."""

    status = 503
    next = "Try again later; pages read so far are kept."


class RobotsForbid(WebRefused):
    """The robots.txt of {host} forbids reading {what}: ask the owner to allow Retinue, or upload the pages as files."""

    status = 403
    next = "Ask the site's owner to allow the user agent Retinue, or upload the pages as files."


class LeavesSite(WebRefused):
    """The address {url} leads to another site, {host}, which was not asked for."""

    next = "Give that site's address as a source of its own."


class BadAnswer(WebRefused):
    """What {host} answers is not valid HTTP: check that it is a website."""

    status = 502


class NoPageReadable(WebRefused):
    """No page of {url} could be read: {reason}"""

    status = 502
    next = "Open the site in a browser; if it opens there, upload its pages as files."
