"""Fewer kernels a step and no waiting: the operations of a generated CUDA project, joined.

brian2cuda launches one kernel or more for every operation of every population, and reads the number of spikes back to
the host for every projection and every spike monitor, each time waiting for the GPU. A small network's step is then
all launching and waiting. Here each operation becomes a `part` (a struct with its arguments and its body), and the
parts of one phase of a step share one launch, each in its own blocks:

* ``update``: states and threshold of every population; a thread goes through both for its cell;
* ``arrive``: every projection; its blocks run along the list of spikes, whose length they read themselves;
* ``after``: spike monitor and reset of every population; the reset also empties the list that the next step fills;
* ``slow`` and ``gather``, on their own clocks: the slow code of every population, and the recorded means.

Inside a phase no part reads what another one writes: populations touch nothing but their own cells, projections only
add to their target's conductances. Spike monitors fill a buffer on the GPU, emptied long before it can be full.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import replace as replaced

from glunet.engine.generated import DIFFERENT, replace
from glunet.errors import GlunetError

THREADS = 128
PHASES = {"slow": r"_slow_codeobject$", "gather": r"_summed_variable_\w+_codeobject$",
          "update": r"_(?:stateupdater|spike_thresholder)_codeobject$", "arrive": r"_pre_codeobject$",
          "after": r"^spikes_\w+_codeobject$|_spike_resetter_codeobject$"}
ONCE = ("before_run_", "after_run_")
_ADD = re.compile(r"^[ \t]*network\.add\(&(\w+), _run_(\w+)\);\n", re.M)
_FIRST_RUN = r"^\s*static int num_threads, num_blocks;.*?first_run = false;\s*\}\n"
_SIZE = "const int num_blocks = (_N + {threads} - 1)/{threads}, num_threads = {threads};\n"


def phase_of(name: str) -> str | None:
    """The phase that an operation belongs to, None for one that keeps its own launch."""
    if name.startswith(ONCE):
        return None
    return next((phase for phase, pattern in PHASES.items() if re.search(pattern, name)), None)


def dropped(name: str) -> bool:
    """Whether an operation is not needed: which list of spikes arrives now, a projection's part works out itself."""
    return name.endswith("_pre_push_spikes") and not name.startswith(ONCE)


@dataclass(frozen=True)
class _Pieces:
    """A generated operation, cut up."""

    name: str
    before: str         # helpers
    parameters: str
    body: str           # of the kernel, without its braces
    host: str           # of the function that launches it, up to the launch
    arguments: str
    after: str          # functions that follow


def _cut(text: str, name: str) -> _Pieces:
    """Cut the text of an operation with one kernel into its pieces."""
    before, kernel = text.split(f"__global__ void\n_run_kernel_{name}(", 1)
    kernel, launcher = kernel.split(f"\nvoid _run_{name}()\n", 1)
    kernel, *others = re.split(r"(?=^__global__ void$)", kernel, flags=re.MULTILINE)
    parameters, body = re.split(r"\n\s*\)\n\{", kernel, maxsplit=1)
    launcher, debug, after = launcher.partition(f"\nvoid _debugmsg_{name}()")
    host, launch = re.split(rf"_run_kernel_{name}<<<num_blocks, num_threads>>>\(", launcher, maxsplit=1)
    arguments = re.split(r"\n\s*\);", launch, maxsplit=1)[0]
    return _Pieces(name, before + "".join(others), parameters, body[:body.rindex("}")], host[host.index("{") + 1:],
                   arguments, debug + after)


def _part(pieces: _Pieces, parameters: str, body: str, host: str, arguments: str) -> str:
    """The text of a part: its struct, and the function that fills it in each time."""
    each = [" ".join(re.sub(r"//[^\n]*", "", one).split()) for one in re.sub(r"//[^\n]*\n", "\n", parameters).split(",")]
    named = [(one, re.findall(r"\w+", one)[-1]) for one in each]
    members = "".join(f"    {one};\n" for one, _ in named)
    given = "".join(f", {one}" for one, _ in named)
    taken = "".join(f", {word}({word})" for _, word in named)
    name = pieces.name
    return (f"{pieces.before}\nstruct part_{name}\n{{\n    int _blocks;\n{members}"
            f"    part_{name}(int _blocks{given}) : _blocks(_blocks){taken} {{}}\n"
            f"    __device__ __forceinline__ void operator()(const int _block) const\n    {{{body}}}\n}};\n\n"
            f"static part_{name} _part_{name}()\n{{{host}\n    return part_{name}(num_blocks, {arguments});\n}}\n"
            f"{pieces.after}")


def _cellwise(text: str, name: str) -> str:
    """A part with one thread per cell (or per synapse that gathers a mean)."""
    pieces = _cut(text, name)
    host = replace(_FIRST_RUN, _SIZE.format(threads=THREADS), pieces.host, 1)
    if name.endswith("_spike_thresholder_codeobject"):
        host = replace(r"_reset_\w+<<<.*?CUDA_CHECK_ERROR\([^\n]*\);", "", host, 1)      # the reset part does it
    body = pieces.body.replace("blockIdx.x", "_block")
    parameters, arguments = pieces.parameters, pieces.arguments
    if name.endswith("_spike_resetter_codeobject"):
        (space,) = set(re.findall(r"dev_(array_\w+__spikespace)\[", arguments))
        parameters, body = parameters + ",\n    int32_t* _next", replace(
            r"(int _vectorisation_idx = _idx;)", r"\1\n    if (_idx == 0) _next[_N] = 0;", body, 1)
        arguments += f",\n    dev_{space}[(current_idx_{space} + 1) % dev_{space}.size()]"
    return _part(pieces, parameters, body, host, arguments)


def _arriving(text: str, name: str) -> str:
    """A projection's part: each block takes spikes in turn, each thread synapses of that spike's cell."""
    pieces = _cut(text, name)
    path = name.removesuffix("_codeobject")
    (space,) = set(re.findall(r"dev_(array_\w+__spikespace)\[", pieces.arguments))
    parameters = "int32_t* _spikes,\n    int _count_at,\n" + pieces.parameters.split("///// KERNEL_PARAMETERS /////")[1]
    arguments = f"_arrived, _num__{space} - 1,\n" + pieces.arguments.split("///// HOST_PARAMETERS /////")[1]
    # the first copy of the statements, in the branch for one delay
    effect = re.search(r"_vectorisation_idx = j;\s*///// vector_code /////(.*?)\}\s*\}\s*__syncthreads", pieces.body, re.S)
    replace("__syncthreads", "", pieces.body, 1)
    constants = re.search(r"///// KERNEL_CONSTANTS /////(.*?)\{\s*// _idx is defined in outer", pieces.body, re.S)
    if effect is None or constants is None:
        raise GlunetError(DIFFERENT)
    body = f"""
    using namespace brian;
{constants[1]}
    const int _number_of_spikes = _spikes[_count_at];
    for (int _spike = _block; _spike < _number_of_spikes; _spike += _blocks)
    {{
        const int _source = _spikes[_spike];
        const int32_t *const _synapses = {path}_synapse_ids_by_pre[_source];
        const int _number = {path}_num_synapses_by_pre[_source];
        for (int _one = threadIdx.x; _one < _number; _one += blockDim.x)
        {{
            const int32_t _idx = _synapses[_one];
            const int32_t _vectorisation_idx = _one;
{effect[1]}
        }}
    }}
"""
    host = pieces.host.split("const int _N =")[0] + f"""
    const int _N = 0, _lists = dev_{space}.size();
    int32_t *const _arrived = dev_{space}[(current_idx_{space} - {path}_delay + _lists) % _lists];
    static const int num_blocks = _most_blocks(_num__{space} - 1);"""
    return _part(pieces, parameters, body, host, arguments)


def _recorded(text: str, name: str) -> str:
    """A spike monitor's part, which fills a buffer; `_keep_<monitor>` empties it into the monitor."""
    pieces = _cut(text, name)
    monitor = name.removesuffix("_codeobject")
    kept = re.findall(rf"(\w+)\* _new_ptr_array_{monitor}_(\w+),", pieces.parameters)
    names = [variable for _, variable in kept]
    parameters = replace(r"int _monitor_size,", "int32_t* _filled,", pieces.parameters, 1)
    body = replace(r"_vectorisation_idx \+ _monitor_size;", "atomicAdd(_filled, 1);", pieces.body, 1)
    body = replace(r"if\(_vectorisation_idx >= _N\)", "if (_vectorisation_idx >= _eventspace[_N])", body, 1)
    body = body.replace("blockIdx.x", "_block")
    (space,) = set(re.findall(r"int32_t\* _eventspace = dev_(array_\w+__spikespace)\[", pieces.host))
    host = pieces.host.split("// The _N of this kernel")[0] + f"""
    const int _N = _num_spikespace - 1;
    {_SIZE.format(threads=THREADS)}
    int32_t* _eventspace = dev_{space}[current_idx_{space}];
    static int _steps = 0;
    // at most one spike per cell and step: room for as many steps as pass between two looks at it
    static const int _every = std::max(20, std::min(1000, (1 << 22)/_N));
    if (_steps == 0)
        _room_{monitor}((size_t)_every*_N);
    else if (_steps % _every == 0)
        _keep_{monitor}();
    _steps++;"""
    arguments = pieces.arguments.replace("_monitor_size,", f"_filled_{monitor},", 1)
    for variable in names:
        search = rf"thrust::raw_pointer_cast\(&dev_dynamic_array_{monitor}_{variable}\[0\]\)"
        arguments = replace(search, f"_buffer_{monitor}_{variable}", arguments, 1)
    pieces = replaced(pieces, before=pieces.before + _buffer(monitor, kept))
    return _part(pieces, parameters, body, host, arguments)


def _buffer(monitor: str, kept: list[tuple[str, str]]) -> str:
    """The buffer of a spike monitor, and the functions that make and empty it."""
    declared = "".join(f"static {kind} *_buffer_{monitor}_{variable} = NULL;\n" for kind, variable in kept)
    made = "".join(f"    CUDA_SAFE_CALL(cudaMalloc((void**)&_buffer_{monitor}_{variable}, sizeof({kind})*_room));\n"
                   for kind, variable in kept)
    moved = "".join(f"""
        dev_dynamic_array_{monitor}_{variable}.resize(_before + _found);
        CUDA_SAFE_CALL(cudaMemcpy(thrust::raw_pointer_cast(&dev_dynamic_array_{monitor}_{variable}[0]) + _before,
                                  _buffer_{monitor}_{variable}, sizeof({kind})*_found, cudaMemcpyDeviceToDevice));"""
                    for kind, variable in kept)
    return f"""
static int32_t *_filled_{monitor} = NULL;
{declared}
static void _room_{monitor}(const size_t _room)
{{
    CUDA_SAFE_CALL(cudaMalloc((void**)&_filled_{monitor}, sizeof(int32_t)));
    CUDA_SAFE_CALL(cudaMemset(_filled_{monitor}, 0, sizeof(int32_t)));
{made}}}

static void _keep_{monitor}()
{{
    using namespace brian;
    int32_t _found = 0;
    if (_filled_{monitor} == NULL)
        return;
    CUDA_SAFE_CALL(cudaMemcpy(&_found, _filled_{monitor}, sizeof(int32_t), cudaMemcpyDeviceToHost));
    if (_found > 0)
    {{
        const size_t _before = dev_dynamic_array_{monitor}_{kept[0][1]}.size();{moved}
        CUDA_SAFE_CALL(cudaMemset(_filled_{monitor}, 0, sizeof(int32_t)));
        _array_{monitor}_N[0] += _found;
    }}
}}
"""


HELPER = """
// Blocks for a projection: enough to fill the GPU, never more than there are cells that could spike.
static int _most_blocks(const int sources)
{
    cudaDeviceProp props;
    CUDA_SAFE_CALL(cudaGetDeviceProperties(&props, 0));
    return std::max(1, std::min(sources, 8*props.multiProcessorCount));
}
"""


def part(text: str, name: str) -> str:
    """The text of an operation as a part of its phase.

    Parameters
    ----------
    text : str
        What brian2cuda wrote.
    name : str
        Of the operation, as its file is called; `phase_of` knows it.

    Raises
    ------
    GlunetError
        Another brian2cuda writes it differently.
    """
    phase = phase_of(name)
    if phase == "arrive":
        return _arriving(text, name)
    return _recorded(text, name) if name.startswith("spikes_") else _cellwise(text, name)


def _chains(phase: str, names: list[str]) -> list[list[str]]:
    """Parts that follow one another in the same threads: those of one population."""
    chains: dict[str, list[str]] = {}
    for name in names:
        owner = re.sub(r"^spikes_|_(?:stateupdater|spike_thresholder|spike_resetter)?_?codeobject$", "", name)
        chains.setdefault(owner if phase in {"update", "after"} else name, []).append(name)
    return list(chains.values())


def _together(number: int, phase: str, names: list[str]) -> str:
    """One kernel for the parts of a phase, and the function that launches it."""
    chains = _chains(phase, names)
    given = ", ".join(f"const part_{name} {name}" for chain in chains for name in chain)
    runs = "".join(f"    if (block < {chain[0]}._blocks)\n    {{\n"
                   + "".join(f"        {name}(block);\n" for name in chain)
                   + f"        return;\n    }}\n    block -= {chain[0]}._blocks;\n" for chain in chains)
    made = "".join(f"    const part_{name} {name} = _part_{name}();\n" for chain in chains for name in chain)
    blocks = " + ".join(f"{chain[0]}._blocks" for chain in chains)
    arguments = ", ".join(name for chain in chains for name in chain)
    return (f"\n__global__ void __launch_bounds__({THREADS}) _{phase}_{number}({given})\n{{\n"
            f"    int block = blockIdx.x;\n{runs}}}\n\nvoid _run_{phase}_{number}()\n{{\n{made}"
            f"    _{phase}_{number}<<<{blocks}, {THREADS}>>>({arguments});\n"
            f"    CUDA_CHECK_ERROR(\"{phase}\");\n}}\n")


def join(main: str) -> tuple[str, str]:
    """The main program with one call per phase and clock, at the place of its last part, and the text of those calls.

    Parameters
    ----------
    main : str
        The generated main program.

    Returns
    -------
    main, phases : str
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for clock, name in _ADD.findall(main):
        phase = phase_of(name)
        if phase:
            groups.setdefault((phase, clock), []).append(name)
    numbers = {key: number for number, key in enumerate(groups)}

    def call(match: re.Match[str]) -> str:
        clock, name = match.groups()
        phase = phase_of(name)
        if dropped(name) or (phase and groups[phase, clock][-1] != name):
            return ""
        return match[0] if phase is None else f"        network.add(&{clock}, _run_{phase}_{numbers[phase, clock]});\n"

    recording = [name for names in groups.values() for name in names if name.startswith("spikes_")]
    monitors = [name.removesuffix("_codeobject") for name in recording]
    spaces = sorted(set(re.findall(r"dev_(array_\w+__spikespace)\[", main)))
    main = replace(r"^(\s*)(random_number_buffer\.run_finished\(\);)",
                   "".join(f"\n        _keep_{monitor}();" for monitor in monitors) + r"\1\2", _ADD.sub(call, main), 1)
    main = replace(r"^(\s*)(set_from_command_line\(args\);)", "".join(map(_two_lists, spaces)) + r"\1\2", main, 1)
    return main, "".join(_together(numbers[key], key[0], names) for key, names in groups.items())


def _two_lists(space: str) -> str:
    """Give a population whose spikes travel nowhere a second list, as the reset empties the one to come."""
    return f"""
        if (dev_{space}.size() < 2)
        {{
            int32_t *another;
            CUDA_SAFE_CALL(cudaMalloc((void**)&another, sizeof(int32_t)*_num__{space}));
            CUDA_SAFE_CALL(cudaMemcpy(another, _{space}, sizeof(int32_t)*_num__{space}, cudaMemcpyHostToDevice));
            dev_{space}.push_back(another);
        }}"""
