// A driver with pretended GPUs, for tests: $FAKE_GPUS is "UUID|capability|name;...", $CUDA_VISIBLE_DEVICES works as in the
// real one (numbers, beginnings of UUIDs, one MIG slice at most, a wrong entry ends the list), $FAKE_FAILS is an error code.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct { char uuid[64], name[128]; int major, minor; } all[32];
static int visible[32], number;

static void read_all(void)
{
    char *text = strdup(getenv("FAKE_GPUS") ? getenv("FAKE_GPUS") : ""), *save = NULL;
    for (char *one = strtok_r(text, ";", &save); one; one = strtok_r(NULL, ";", &save), number++)
        sscanf(one, "%63[^|]|%d.%d|%127[^;]", all[number].uuid, &all[number].major, &all[number].minor, all[number].name);
}

static int find(const char *entry)
{
    if (isdigit((unsigned char)*entry))
        return atoi(entry) < number ? atoi(entry) : -1;
    for (int i = 0; *entry && i < number; i++)
        if (strncmp(all[i].uuid, entry, strlen(entry)) == 0)
            return i;
    return -1;
}

int cuInit(unsigned flags)
{
    int count = 0, found, slices = 0;
    char *save = NULL, *setting = getenv("CUDA_VISIBLE_DEVICES");
    if (getenv("FAKE_FAILS"))
        return atoi(getenv("FAKE_FAILS"));
    read_all();
    if (setting) {
        char *text = strdup(setting);
        for (char *one = strtok_r(text, ",", &save); one && (found = find(one)) >= 0; one = strtok_r(NULL, ",", &save))
            visible[count++] = found;
    } else
        for (; count < number; count++) visible[count] = count;
    for (int i = 0; i < count; i++)
        slices += strncmp(all[visible[i]].uuid, "MIG-", 4) == 0;
    number = slices ? 1 : count;
    return number ? 0 : 100;
}

int cuDriverGetVersion(int *version) { *version = getenv("FAKE_CUDA") ? atoi(getenv("FAKE_CUDA")) : 13000; return 0; }
int cuDeviceGetCount(int *count) { *count = number; return 0; }
int cuDeviceGet(int *device, int ordinal) { *device = visible[ordinal]; return ordinal < number ? 0 : 101; }
int cuDeviceGetName(char *name, int size, int device) { snprintf(name, size, "%s", all[device].name); return 0; }
int cuDeviceTotalMem_v2(size_t *bytes, int device) { (void)device; *bytes = (size_t)80 << 30; return 0; }

int cuDeviceGetUuid_v2(unsigned char *uuid, int device)
{
    unsigned byte;
    int place = 0;
    for (const char *at = all[device].uuid + 4; place < 16; at += 2, place++) {
        if (*at == '-') at++;
        if (sscanf(at, "%2x", &byte) != 1) return 1;
        uuid[place] = (unsigned char)byte;
    }
    return 0;
}

int cuDeviceGetAttribute(int *value, int attribute, int device)
{
    *value = attribute == 75 ? all[device].major : attribute == 76 ? all[device].minor : -1;
    return 0;
}

int cuGetErrorString(int code, const char **text)
{
    *text = code == 100 ? "no CUDA-capable device is detected" : "unknown error";
    return 0;
}
