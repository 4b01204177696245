"""The rules of deciding. Pure and of the standard library only: integers and exact fractions, no clock, no chance.

Lots come in as an argument: `lots(context, options) -> options in lot order` (`minga.kit.lots` makes such orders).
"""
