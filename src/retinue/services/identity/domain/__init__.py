"""Decisions of identity, a file for each family of verbs; what assembly and the command line call at the first start."""

from retinue.services.identity.domain.first_start import Credentials, establish, renew_credentials

__all__ = ["Credentials", "establish", "renew_credentials"]
