"""Databases that released versions wrote, upgraded by this one."""
