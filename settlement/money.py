"""The ledger's one door between yuan in the database and whole fen in the engine, under the name this app has always used."""

from ledger.money import CENT, to_fen, to_yuan

__all__ = ["CENT", "to_fen", "to_yuan"]
