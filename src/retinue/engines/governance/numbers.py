"""Whether a number can be what it looks like: the checksums and ranges that its issuer publishes."""

import ipaddress

# Length of an IBAN by country: ISO 13616 registry.
_IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29,
    "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29,
    "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28,
    "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28,
    "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20,
    "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25,
    "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27,
    "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}  # fmt: skip


def luhn(digits: str) -> bool:
    """ISO/IEC 7812: the check digit of payment cards."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = ord(digit) - 48
        if place % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def is_card(digits: str) -> bool:
    """12 to 19 digits, the first of an issuer in use, a right check digit, and not all the same."""
    return 12 <= len(digits) <= 19 and digits[0] in "23456" and len(set(digits)) > 1 and luhn(digits)


def is_iban(text: str) -> bool:
    """ISO 13616: known country, its length, remainder 1 modulo 97."""
    compact = text.replace(" ", "").replace("-", "").upper()
    if _IBAN_LENGTHS.get(compact[:2]) != len(compact) or not compact.isalnum():
        return False
    return int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1


def is_ssn(area: str, group: str, serial: str) -> bool:
    """Numbers that the US Social Security Administration assigns: no 000, 666 or 9xx area, no zero group or serial."""
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def is_itin(area: str, group: str) -> bool:
    """US taxpayer numbers: area 9xx, groups 50-65, 70-88, 90-92, 94-99."""
    number = int(group)
    return area >= "900" and (50 <= number <= 65 or 70 <= number <= 88 or 90 <= number <= 92 or 94 <= number <= 99)


def is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_nhs(digits: str) -> bool:
    """UK National Health Service: ten digits, modulo 11."""
    check = 11 - sum((10 - i) * int(d) for i, d in enumerate(digits[:9])) % 11
    return len(digits) == 10 and (0 if check == 11 else check) == int(digits[9])
