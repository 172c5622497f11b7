"""A machine without a GPU has a CPU: every kernel of the generated program as a loop over its blocks and threads."""

import re
import subprocess

import pytest

from glunet.engine import cuda

_HOST = """#pragma once
#include <cassert>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <thrust/copy.h>
#include <thrust/count.h>
#include <thrust/device_vector.h>
#include <thrust/execution_policy.h>
#include <thrust/host_vector.h>
#include <thrust/pair.h>
#include <thrust/reduce.h>
#include <thrust/sort.h>
#include <thrust/system_error.h>
#include <thrust/unique.h>
#undef __global__
#undef __device__
#undef __host__
#define __global__
#define __device__
#define __host__
#define __CUDA_ARCH__ 900
#define __syncthreads()
#define __threadfence()
#define __forceinline__ inline
#define __launch_bounds__(n)
struct Place { int x; };
static Place threadIdx, blockIdx, blockDim;
// what the program asked of the GPU since the last `forget`
static long launches, copies_to_host, other_copies, settings;
inline void forget() { launches = copies_to_host = other_copies = settings = 0; }
inline void remember() {
    FILE *file = fopen("counts.txt", "w");
    fprintf(file, "%ld %ld %ld %ld\\n", launches, copies_to_host, other_copies, settings);
    fclose(file); }
template <class K> struct Launch {
    K kernel; int blocks, threads;
    template <class... A> void operator()(A... a) {
        launches++;
        blockDim.x = threads;
        for (blockIdx.x = 0; blockIdx.x < blocks; blockIdx.x++)
            for (threadIdx.x = 0; threadIdx.x < threads; threadIdx.x++) kernel(a...);
    }
};
template <class K> Launch<K> launch(K kernel, int blocks, int threads, int = 0) {
    return {kernel, blocks, threads}; }
typedef int host_Error;
typedef int host_Error_t;
enum { host_Success, host_MemcpyHostToDevice, host_MemcpyDeviceToHost, host_MemcpyDeviceToDevice,
       host_LimitMallocHeapSize };
struct host_DeviceProp { int multiProcessorCount = 4, maxThreadsPerBlock = 32, maxThreadsPerMultiProcessor = 64,
                         warpSize = 32, sharedMemPerBlock = 32768; };
struct host_FuncAttributes { int maxThreadsPerBlock = 32, numRegs = 0, sharedSizeBytes = 0, localSizeBytes = 0,
                             constSizeBytes = 0; };
inline const char *host_GetErrorString(host_Error) { return "none"; }
inline host_Error host_GetLastError() { return 0; }
inline host_Error host_DeviceSynchronize() { return 0; }
inline host_Error host_ProfilerStop() { return 0; }
inline host_Error host_SetDevice(int) { return 0; }
inline host_Error host_DeviceSetLimit(int, size_t) { return 0; }
inline host_Error host_GetDeviceProperties(host_DeviceProp *p, int) { *p = host_DeviceProp(); return 0; }
inline host_Error host_MemGetInfo(size_t *free, size_t *all) { *free = *all = 1 << 30; return 0; }
template <class T> host_Error host_Malloc(T **p, size_t n) {
    *p = (T *)malloc(n + 1); memset((void *)*p, 0xA5, n); return 0; }     // a GPU's fresh memory is not zero either
inline host_Error host_Free(void *p) { free(p); return 0; }
inline host_Error host_Memcpy(void *to, const void *from, size_t n, int kind) {
    (kind == host_MemcpyDeviceToHost ? copies_to_host : other_copies)++; memmove(to, from, n); return 0; }
inline host_Error host_Memset(void *to, int value, size_t n) { settings++; memset(to, value, n); return 0; }
template <class T> host_Error host_MemcpyToSymbol(T &to, const void *from, size_t n) {
    memcpy((void *)&to, from, n); return 0; }
template <class K> host_Error host_OccupancyMaxPotentialBlockSize(int *grid, int *block, K, size_t, int) {
    *grid = 1; *block = 32; return 0; }
template <class K> host_Error host_OccupancyMaxActiveBlocksPerMultiprocessor(int *n, K, int, size_t) {
    *n = 1; return 0; }
template <class K> host_Error host_FuncGetAttributes(host_FuncAttributes *a, K) {
    *a = host_FuncAttributes(); return 0; }
template <class T> T atomicAdd(T *p, T x) { T old = *p; *p += x; return old; }
template <class T> T atomicCAS(T *p, T expected, T x) { T old = *p; if (old == expected) *p = x; return old; }
template <class A, class B> A bits(B b) { A a; memcpy(&a, &b, sizeof a); return a; }
inline unsigned long long __double_as_longlong(double x) { return bits<unsigned long long>(x); }
inline double __longlong_as_double(unsigned long long x) { return bits<double>(x); }
inline int __float_as_int(float x) { return bits<int>(x); }
inline float __int_as_float(int x) { return bits<float>(x); }
"""


def for_the_host(project, _capability, compiler, *_):
    """Compile the generated CUDA program with g++, in place of `glunet.engine.cuda._binary`."""
    cuda._mend(project)
    (project / "mended.txt").write_text((project / cuda.UNIT).read_text())
    for path in [project / cuda.UNIT, *project.rglob("*.h")]:
        text = re.sub(r"(\w+)<<<(.*?)>>>\(", r"launch(\1, \2)(", path.read_text())
        text = text.replace("random_number_buffer.run_finished();", "remember();")
        text = text.replace("set_from_command_line(args);", "set_from_command_line(args); forget();")
        path.write_text(re.sub(r"\bcuda(?!Vector)(?=[A-Z])", "host_", text))
    (project / "host.h").write_text(_HOST)
    (project / "cuda_profiler_api.h").write_text("")
    (project / "host.cpp").write_text(f'#include "host.h"\n#include "{cuda.UNIT}"\n')
    said = subprocess.run([compiler, "--dryrun", "-x", "cu", "/dev/null"], capture_output=True, text=True).stderr
    folders = re.findall(r'"(?:-I)?(/[^"]*include[^"]*)"', said)
    command = ["g++", "-O1", "-std=c++17", "-w", "-I.", "-DTHRUST_DEVICE_SYSTEM=4",
               *(f"-isystem{folder}" for folder in folders), "host.cpp", "-o", "host"]
    subprocess.run(command, cwd=project, check=True)
    return project / "host", True


@pytest.fixture
def emulated(monkeypatch):
    """Let the GPU device run its program on the CPU; what it asked of the GPU is in ``counts.txt``."""
    monkeypatch.setattr(cuda, "_binary", for_the_host)
