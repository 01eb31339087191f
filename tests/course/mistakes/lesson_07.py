"""What students get wrong in lesson 07, and what they must be told."""

WRONG = [
    ("07.1", "a", r"only one leg is reversed stays wrong"),
    ("07.1", "b", r"Five coins have 32 outcomes"),
    ("07.1", "D", r"where all five are mirrored they agree too"),
    ("07.1", "1/16", r"Expected one of a, b, c, d, found '1/16'"),
    ("07.2", "full", r"depth of full moves by 0\.\d\d mm per mm; in another by 0\.\d\d"),
    ("07.2", "legs_torso", r"legs_torso moves by 0\.00 mm per mm"),
    ("07.2", {"five_parts_shared", "full"}, r"Expected one name, found 2: five_parts_shared, full"),
]
