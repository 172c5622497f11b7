// The fast block of the resting circuit, written by hand: both populations' gates, receptors and membrane with their
// Poisson background, spike detection, presynaptic gates and delayed delivery. Double precision, one thread.
//
// It does what the compiled circuit does each step, with the same equations, the same noise and the same data: ports
// (reversal potentials, gates, ambient activation) are per cell, because other mechanisms move them cell by cell.
// Usage: fast_block NUMBERS.bin SECONDS; prints the seconds that stepping took, and the number of spikes.

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

using Array = std::vector<double>;

static std::map<std::string, Array> numbers;

static void read_numbers(const char* path)
{
    std::ifstream file(path, std::ios::binary);
    int32_t length;
    while (file.read(reinterpret_cast<char*>(&length), 4)) {
        std::string name(length, ' ');
        int64_t count;
        file.read(&name[0], length);
        file.read(reinterpret_cast<char*>(&count), 8);
        Array& values = numbers[name];
        values.resize(count);
        file.read(reinterpret_cast<char*>(values.data()), 8 * count);
    }
}

static double number(const std::string& name)
{
    if (!numbers.count(name)) { std::fprintf(stderr, "no number %s\n", name.c_str()); std::exit(1); }
    return numbers[name][0];
}

// one value per cell, whether the file holds one for all or one for each
static Array per_cell(const std::string& name, size_t n)
{
    const Array& values = numbers[name];
    if (values.empty()) { std::fprintf(stderr, "no array %s\n", name.c_str()); std::exit(1); }
    return values.size() == n ? values : Array(n, values[0]);
}

static inline double linoid(double x)
{
    const double safe = std::fabs(x) < 1e-6 ? 1e-6 : x;
    return std::fabs(x) < 1e-6 ? 1.0 - 0.5 * x : safe / (std::exp(safe) - 1.0);
}

// Poisson count by inversion of a uniform number; the cumulative chances are the same for all cells of a population
static inline double invert(uint32_t word, const double* below)
{
    const double uniform = (word + 0.5) * 2.3283064365386963e-10;
    double count = 0.0;
    for (int k = 0; k < 6; k++) count += uniform > below[k] ? 1.0 : 0.0;
    return count;
}

static void cumulative(double mean, double* below)
{
    double chance = std::exp(-mean), sum = chance;
    for (int k = 0; k < 6; k++) {
        below[k] = sum;
        chance *= mean / (k + 1);
        sum += chance;
    }
}

struct Projection {
    std::vector<int> start, target;      // synapses of source i: start[i] .. start[i + 1]
    Array weight;
    int delay;
};

template <int SUBUNITS, bool SLOW_POTASSIUM>
struct Population {
    std::string name;
    std::vector<std::string> subunits;
    int n;
    Array v, v_before, m, h, nk, p, g_ampa, g_gaba, S[SUBUNITS], unblocked[SUBUNITS];
    Array area, g_leak_K, V_T, capacity, E_K, E_Na, E_Cl, Mg_e, free_nmda, gate_ampa, gate_gaba;
    Array tonic[SUBUNITS], gate_nmda[SUBUNITS];
    std::vector<int32_t> key_0, key_1;
    double below_exc[6], below_inh[6];
    std::vector<int> fired;

    Population(const std::string& name_, std::vector<std::string> subunits_) : name(name_), subunits(subunits_)
    {
        n = int(number(name + ".cells"));
        auto get = [&](const char* what) { return per_cell(name + "." + what, n); };
        v = get("v"); v_before = v; m = get("m"); h = get("h"); nk = get("n");
        if (SLOW_POTASSIUM) p = get("p");
        g_ampa = get("g_ampa"); g_gaba = get("g_gaba_a");
        area = get("area"); g_leak_K = get("g_leak_K"); V_T = get("V_T"); capacity = get("capacity");
        E_K = get("E_K"); E_Na = get("E_Na"); E_Cl = get("E_Cl"); Mg_e = get("Mg_e"); free_nmda = get("free_nmda");
        gate_ampa = get("gate_ampa"); gate_gaba = get("gate_gaba_a");
        for (int s = 0; s < SUBUNITS; s++) {
            const std::string u = "_" + subunits[s];
            S[s] = get(("S" + u).c_str()); unblocked[s] = get(("unblocked" + u).c_str());
            tonic[s] = get(("tonic" + u).c_str()); gate_nmda[s] = get(("gate_nmda" + u).c_str());
        }
        for (double key : get("noise_key_0")) key_0.push_back(int32_t(key));
        for (double key : get("noise_key_1")) key_1.push_back(int32_t(key));
        const double dt = number("dt");
        cumulative(number(name + ".n_excitatory") * number(name + ".rate_excitatory") * dt, below_exc);
        cumulative(number(name + ".n_inhibitory") * number(name + ".rate_inhibitory") * dt, below_inh);
    }

    double one(const std::string& what) const { return number(name + "." + what); }

    void advance(uint32_t step);
    void detect(double threshold)
    {
        fired.clear();
        for (int i = 0; i < n; i++)
            if (v[i] >= threshold && v_before[i] < threshold) fired.push_back(i);
    }
};

template <int SUBUNITS, bool SLOW_POTASSIUM>
void Population<SUBUNITS, SLOW_POTASSIUM>::advance(uint32_t step)
{
    struct Fixed {
        double decay_ampa, decay_gaba, relax, w_exc, w_inh, g_leak_Na, g_leak_Cl, g_Na, g_Kd, g_M, tau_M, speed, C, I,
            E_ampa, E_nmda, decay[SUBUNITS], w_nmda[SUBUNITS], K_Mg[SUBUNITS], slope[SUBUNITS], peak[SUBUNITS];
    };
    const double dt = number("dt"), ms = 1e3;       // rates below are per millisecond
    static const Fixed c = [&] {
        Fixed f;
        f.decay_ampa = std::exp(-dt / one("tau_ampa")); f.decay_gaba = std::exp(-dt / one("tau_gaba_a"));
        f.relax = std::exp(-dt / one("tau_magnesium"));
        f.w_exc = one("w_excitatory"); f.w_inh = one("w_inhibitory");
        f.g_leak_Na = one("g_leak_Na"); f.g_leak_Cl = one("g_leak_Cl"); f.g_Na = one("g_Na"); f.g_Kd = one("g_Kd");
        f.g_M = SLOW_POTASSIUM ? one("g_M") : 0; f.tau_M = SLOW_POTASSIUM ? one("tau_M_max") : 1; f.speed = one("speed");
        f.C = one("capacitance"); f.I = one("I_applied"); f.E_ampa = one("E_ampa"); f.E_nmda = one("E_nmda");
        for (int s = 0; s < SUBUNITS; s++) {
            const std::string u = "_" + subunits[s];
            f.decay[s] = std::exp(-dt / one("tau" + u)); f.w_nmda[s] = f.w_exc * one("bound" + u);
            f.K_Mg[s] = one("K_Mg" + u); f.slope[s] = one("slope_Mg" + u);
            f.peak[s] = one("nmda_ratio") * one("fraction" + u);
        }
        return f;
    }();
    double *__restrict v_ = v.data(), *__restrict b_ = v_before.data(), *__restrict m_ = m.data(), *__restrict h_ = h.data(),
           *__restrict n_ = nk.data(), *__restrict p_ = p.data(), *__restrict ga_ = g_ampa.data(),
           *__restrict gg_ = g_gaba.data();
    const double *__restrict area_ = area.data(), *__restrict gk_ = g_leak_K.data(), *__restrict vt_ = V_T.data(),
                 *__restrict cap_ = capacity.data(), *__restrict ek_ = E_K.data(), *__restrict en_ = E_Na.data(),
                 *__restrict ec_ = E_Cl.data(), *__restrict mg_ = Mg_e.data(), *__restrict fr_ = free_nmda.data(),
                 *__restrict qa_ = gate_ampa.data(), *__restrict qg_ = gate_gaba.data();
    const int32_t *__restrict k0_ = key_0.data(), *__restrict k1_ = key_1.data();
    double *S_[SUBUNITS], *B_[SUBUNITS];
    const double *t_[SUBUNITS], *q_[SUBUNITS];
    for (int s = 0; s < SUBUNITS; s++) {
        S_[s] = S[s].data(); B_[s] = unblocked[s].data(); t_[s] = tonic[s].data(); q_[s] = gate_nmda[s].data();
    }
    const int cells = n;
    #pragma GCC ivdep
    for (int i = 0; i < cells; i++) {
        uint32_t low = step, high = uint32_t(k1_[i]), key = uint32_t(k0_[i]);
        for (int round = 0; round < 10; round++) {
            const uint64_t product = uint64_t(0xD256D193u) * low;
            low = uint32_t(product >> 32) ^ key ^ high;
            high = uint32_t(product);
            key += 0x9E3779B9u;
        }
        const double exc = invert(low, below_exc), inh = invert(high, below_inh);
        const double old = v_[i], u = (old - vt_[i]) * 1e3;        // mV above V_T
        double a = 1.28 * linoid(-0.25 * (u - 13)), sum = a + 1.4 * linoid(0.2 * (u - 40));
        const double m1 = a / sum + (m_[i] - a / sum) * std::exp(-dt * ms * sum);
        a = 0.128 * std::exp((17 - u) / 18); sum = a + 4 / (1 + std::exp(0.2 * (40 - u)));
        const double h1 = a / sum + (h_[i] - a / sum) * std::exp(-dt * ms * sum);
        a = c.speed * 0.16 * linoid(-0.2 * (u - 15)); sum = a + c.speed * 0.5 * std::exp((10 - u) / 40);
        const double n1 = a / sum + (n_[i] - a / sum) * std::exp(-dt * ms * sum);
        const double g_ampa1 = ga_[i] * c.decay_ampa + c.w_exc * exc, g_gaba1 = gg_[i] * c.decay_gaba + c.w_inh * inh;
        const double Na = area_[i] * (c.g_leak_Na + c.g_Na * m1 * m1 * m1 * h1);
        double K = area_[i] * (gk_[i] + c.g_Kd * n1 * n1 * n1 * n1);
        if (SLOW_POTASSIUM) {
            const double x = 50 * (old + 35e-3), up = std::exp(x), down = std::exp(-x);
            const double p_inf = 1 / (1 + std::exp(-2 * x)), rate = (3.3 * up + down) / c.tau_M;
            p_[i] = p_inf + (p_[i] - p_inf) * std::exp(-dt * rate);
            K += area_[i] * c.g_M * p_[i];
        }
        double nmda = 0;
        for (int s = 0; s < SUBUNITS; s++) {
            double open = S_[s][i] * c.decay[s];
            open += c.w_nmda[s] * exc * (1 - open / cap_[i]);
            const double steady = 1 / (1 + mg_[i] / c.K_Mg[s] * std::exp(-c.slope[s] * old));
            const double free = steady + (B_[s][i] - steady) * c.relax;
            S_[s][i] = open; B_[s][i] = free;
            nmda += c.peak[s] * (open * fr_[i] + (cap_[i] - open) * t_[s][i]) * free * q_[s][i];
        }
        const double ampa = g_ampa1 * qa_[i], Cl = c.g_leak_Cl * area_[i] + g_gaba1 * qg_[i];
        const double total = Na + K + Cl + ampa + nmda;
        const double aim = (Na * en_[i] + K * ek_[i] + Cl * ec_[i] + ampa * c.E_ampa + nmda * c.E_nmda + c.I) / total;
        m_[i] = m1; h_[i] = h1; n_[i] = n1; ga_[i] = g_ampa1; gg_[i] = g_gaba1;
        b_[i] = old;
        v_[i] = aim + (old - aim) * std::exp(-dt * total / (c.C * area_[i]));
    }
}

static Projection projection(const std::string& name, int sources)
{
    const Array &from = numbers[name + ".source_index"], &to = numbers[name + ".target_index"],
                &weight = numbers[name + ".weight"];
    Projection p;
    p.start.assign(sources + 1, 0);
    for (double i : from) p.start[int(i) + 1]++;
    for (int i = 0; i < sources; i++) p.start[i + 1] += p.start[i];
    p.target.resize(from.size());
    p.weight.resize(from.size());
    std::vector<int> next(p.start.begin(), p.start.end() - 1);
    for (size_t k = 0; k < from.size(); k++) {
        const int at = next[int(from[k])]++;
        p.target[at] = int(to[k]);
        p.weight[at] = weight[k];
    }
    p.delay = int(std::lround(number(name + ".delay") / number("dt")));
    return p;
}

// cells that fired in the latest steps
struct Past {
    static const int LENGTH = 64;
    std::vector<int> fired[LENGTH];
    std::vector<int>& at(int64_t step) { return fired[((step % LENGTH) + LENGTH) % LENGTH]; }
};

// vesicles and receptor gates of a presynaptic population; changed by its spikes alone
struct Release {
    Array available, last, s[3], jump[3];
    double use, tau_refill, tau[3], bound[3];
    int subunits;

    Release(const std::string& name, int n, const std::vector<std::string>& kinds)
        : available(n, 1.0), last(n, -1e3), use(number(name + ".use")), tau_refill(number(name + ".tau_refill")),
          subunits(int(kinds.size()))
    {
        for (int k = 0; k < subunits; k++) {
            s[k].assign(n, 0.0); jump[k].assign(n, 0.0);
            tau[k] = number(name + ".tau_" + kinds[k]); bound[k] = number(name + ".bound_" + kinds[k]);
        }
    }

    void spike(int i, double t)
    {
        available[i] = 1 - (1 - available[i] * (1 - use)) * std::exp(-(t - last[i]) / tau_refill);
        for (int k = 0; k < subunits; k++) {
            s[k][i] *= std::exp(-(t - last[i]) / tau[k]);
            jump[k][i] = bound[k] * available[i] * (1 - s[k][i]);
            s[k][i] += jump[k][i];
        }
        last[i] = t;
    }
};

int main(int, char** argv)
{
    read_numbers(argv[1]);
    const double dt = number("dt");
    const int64_t steps = std::llround(std::atof(argv[2]) / dt);
    Population<2, true> pyramidal("pyramidal", {"GluN2A", "GluN2B"});
    Population<3, false> interneuron("interneuron", {"GluN2A", "GluN2B", "GluN2D"});
    Release from_pyramidal("pyramidal", pyramidal.n, {"GluN2A", "GluN2B", "GluN2D"});
    Release from_interneuron("interneuron", interneuron.n, {});
    const Projection pp = projection("pyramidal_to_pyramidal", pyramidal.n),
                     pi = projection("pyramidal_to_interneuron", pyramidal.n),
                     ip = projection("interneuron_to_pyramidal", interneuron.n),
                     ii = projection("interneuron_to_interneuron", interneuron.n);
    const double threshold_p = number("pyramidal.spike_threshold"), threshold_i = number("interneuron.spike_threshold");
    Past past_p, past_i;
    std::vector<std::pair<double, int>> spikes;
    const auto started = std::chrono::steady_clock::now();
    for (int64_t step = 0; step < steps; step++) {
        pyramidal.advance(uint32_t(step));
        interneuron.advance(uint32_t(step));
        pyramidal.detect(threshold_p);
        interneuron.detect(threshold_i);
        past_p.at(step) = pyramidal.fired;
        past_i.at(step) = interneuron.fired;
        for (int i : past_p.at(step - pp.delay))
            for (int k = pp.start[i]; k < pp.start[i + 1]; k++) {
                pyramidal.g_ampa[pp.target[k]] += pp.weight[k] * from_pyramidal.available[i];
                for (int s = 0; s < 2; s++) pyramidal.S[s][pp.target[k]] += pp.weight[k] * from_pyramidal.jump[s][i];
            }
        for (int i : past_p.at(step - pi.delay))
            for (int k = pi.start[i]; k < pi.start[i + 1]; k++) {
                interneuron.g_ampa[pi.target[k]] += pi.weight[k] * from_pyramidal.available[i];
                for (int s = 0; s < 3; s++) interneuron.S[s][pi.target[k]] += pi.weight[k] * from_pyramidal.jump[s][i];
            }
        for (int i : past_i.at(step - ip.delay))
            for (int k = ip.start[i]; k < ip.start[i + 1]; k++)
                pyramidal.g_gaba[ip.target[k]] += ip.weight[k] * from_interneuron.available[i];
        for (int i : past_i.at(step - ii.delay))
            for (int k = ii.start[i]; k < ii.start[i + 1]; k++)
                interneuron.g_gaba[ii.target[k]] += ii.weight[k] * from_interneuron.available[i];
        for (int i : pyramidal.fired) { from_pyramidal.spike(i, step * dt); spikes.push_back({step * dt, i}); }
        for (int i : interneuron.fired) { from_interneuron.spike(i, step * dt); spikes.push_back({step * dt, i}); }
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
    std::printf("{\"seconds\": %.6f, \"spikes\": %zu}\n", took.count(), spikes.size());
    return 0;
}
