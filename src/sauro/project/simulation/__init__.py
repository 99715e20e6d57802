"""A simulated nation: people file, officials handle, ministries report, all of it through the doorway and all made up.

What will happen is planned first, from a seed and without looking at a clock (`life`, `work`); then the acts are done
at their simulated moments, in batches (`run`). The plan names every act by a key of the seed, so that a simulation that
was cut off goes on where it was, and nothing is ever made twice. Everything it makes is marked *simulated*.
"""
