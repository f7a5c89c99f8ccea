"""Counters kept by the database: totals that are read often and never counted."""

import pgtrigger


def counted(owner_table: str, owner_key: str, column: str, *, reference: str, unless: str = "") -> pgtrigger.Trigger:
    """Keep `owner_table.column` equal to the number of rows that refer to it through `reference`.

    The owner's row is locked by the same update, so a count never drifts under concurrency. `unless` is a condition on
    `row` (SQL) whose rows are not counted.
    """
    guard = f"IF {unless.replace('row.', 'the_row.')} THEN RETURN NULL; END IF;" if unless else ""
    move = f"UPDATE {owner_table} SET {column} = {column} + step WHERE {owner_key} = the_row.{reference};"  # noqa: S608 - names of our own
    return pgtrigger.Trigger(
        name=f"count_{column}_of_{reference}"[:40],
        level=pgtrigger.Row,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Delete,
        declare=[("the_row", "RECORD"), ("step", "INTEGER")],
        func=f"""
            IF TG_OP = 'INSERT' THEN the_row := NEW; step := 1; ELSE the_row := OLD; step := -1; END IF;
            {guard}
            {move}
            RETURN NULL;
        """,
    )
