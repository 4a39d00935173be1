// A profile from made-up notes of a training.
#include "lithe/profile.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "lithe/error.h"
#include "support/markup.h"

namespace lithe {
namespace {

Limits limits() {
  return {"avx512",
          100e9,
          50e9,
          0,
          {{"L1", 16384, 200e9}, {"L2", 524288, 100e9}, {"memory", 1 << 27, 10e9}}};
}
std::vector<Cache> caches() { return {{1, 32768, 1}, {2, 1 << 20, 1}}; }

PlanStage stage(const std::string& name, const std::string& phase, double operations, double bytes,
                bool shared = false, bool barrier = false) {
  PlanStage s;
  s.name = name, s.kernel = "tiles", s.phase = phase;
  s.operations = operations, s.bytes = bytes, s.shared = shared, s.barrier = barrier;
  return s;
}

ProfileRecords records(std::size_t threads) {
  ProfileRecords r;
  r.plan.isa = "avx512", r.plan.precision = Precision::float32;
  r.plan.threads = threads, r.plan.batch = 10;
  r.clock = "made up";
  r.stamp_seconds = 1e-8, r.stamps_of_a_step = 4;
  r.epochs = 2, r.steps = 1000, r.stamped = 250;
  return r;
}

// 1000 steps of 10 us in 10 ms; a quarter is stamped. 12 ms in all, 0.2 ms of them nobody's.
ProfileRecords one_thread() {
  ProfileRecords r = records(1);
  r.plan.stages = {stage("pack the batch", "read", 0, 30000),
                   stage("1 dense(30, sigmoid): forward", "forward", 500000, 100000)};
  r.wall = 12e-3, r.loop = 10e-3, r.shuffle = 0.5e-3, r.evaluation = 1e-3, r.starts = 0.3e-3;
  r.threads = {{{0.5e-3, 1.75e-3, 0.25e-3}, {0, 0, 0}, 10e-3}};
  for (int i = 0; i < 40; ++i) {
    const bool stamped = i % 2 == 1;
    ProfileStretch s{25, stamped ? 13u : 0u, 25 * (stamped ? 10.1e-6 : 10e-6), false, {}, {}};
    if (stamped) s.work = {2e-6, 7e-6 + 1e-8 * i, 1e-6}, s.wait = {0, 0, 0};
    r.stretches.push_back(s);
  }
  return r;
}

TEST(Profile, SharesAddUpToWhatIsAccountedFor) {
  const Profile p = make_profile(one_thread(), limits(), caches());
  EXPECT_NEAR(p.rows[0].share, 2.0 / 12, 1e-12);
  EXPECT_NEAR(p.rows[1].share, 7.0 / 12, 1e-12);
  EXPECT_NEAR(p.rows[1].seconds, 7e-3, 1e-12);
  EXPECT_NEAR(p.accounted, 11.8 / 12, 1e-12);
  EXPECT_NEAR(p.left_over, 0.2 / 12, 1e-12);
  EXPECT_NEAR(p.waiting_for_data, 2.0 / 12, 1e-12);
  EXPECT_EQ(p.waiting_at_barriers, 0);
}

TEST(Profile, EachRowIsHeldAgainstTheLimitThatAppliesToIt) {
  const Profile p = make_profile(one_thread(), limits(), caches());
  // 30,000 bytes fit the first level: 0.15 us of 2 us. 500,000 operations take 5 us, 100,000 bytes
  // from the second level 1 us.
  EXPECT_EQ(p.rows[0].limit, "L1");
  EXPECT_NEAR(p.rows[0].of_limit, 0.15 / 2, 1e-9);
  EXPECT_NEAR(p.rows[0].bandwidth, 15e9, 1);
  EXPECT_EQ(p.rows[0].flops, 0);
  EXPECT_EQ(p.rows[1].limit, "arithmetic");
  EXPECT_NEAR(p.rows[1].of_limit, 5 / 7.2, 1e-9);
  EXPECT_NEAR(p.rows[1].flops, 500000 / 7.2e-6, 1);
  ProfileRecords far = one_thread();
  far.plan.stages[1].bytes = 4e6;  // in no cache
  EXPECT_EQ(make_profile(far, limits(), caches()).rows[1].limit, "memory");
  far.plan.precision = Precision::float64;
  far.plan.stages[1].bytes = 1e5;
  EXPECT_NEAR(make_profile(far, limits(), caches()).rows[1].of_limit, 10 / 7.2, 1e-9);
}

TEST(Profile, ItsCostComesFromStretchesSideBySide) {
  ProfileRecords r = one_thread();
  const Profile p = make_profile(r, limits(), caches());
  EXPECT_NEAR(p.cost, 0.01, 1e-9);
  EXPECT_NEAR(p.step, 10e-6, 1e-12);
  EXPECT_NEAR(p.cost_expected, 13.0 / 25 * 4 * 1e-8 / 10e-6, 1e-9);
  // Another program in every fifth stretch does not show.
  for (std::size_t i = 0; i < r.stretches.size(); i += 5) r.stretches[i].seconds *= 20;
  EXPECT_NEAR(make_profile(r, limits(), caches()).cost, 0.01, 1e-9);
  r.stretches.resize(3);
  EXPECT_TRUE(std::isnan(make_profile(r, limits(), caches()).cost));
}

// A shared product and, while the first thread works at the loss, packing by the last.
ProfileRecords two_threads() {
  ProfileRecords r = records(2);
  r.plan.stages = {stage("1 dense(30): forward", "forward", 1e6, 50000, true, true),
                   stage("loss", "forward", 0, 100, false, true),
                   stage("pack the next batch", "read", 0, 30000)};
  r.wall = 10e-3, r.loop = 10e-3;
  // Thread 0: 1.5 forward, 0.5 loss, 0.5 waiting for thread 1, which packs; it waits 0.5 for the
  // product.
  r.threads = {{{1.5e-3, 0.5e-3, 0, 0}, {0.5e-3, 0, 0, 0}, 10e-3},
               {{1.0e-3, 0, 1.0e-3, 0}, {0, 0.5e-3, 0, 0}, 10e-3}};
  return r;
}

TEST(Profile, ThreadsAreToldApart) {
  const Profile p = make_profile(two_threads(), limits(), caches());
  EXPECT_NEAR(p.accounted, 1, 1e-12);
  EXPECT_NEAR(p.rows[0].imbalance, 1 - 1.25 / 1.5, 1e-12);
  EXPECT_NEAR(p.rows[0].seconds, 6e-3, 1e-12);  // of the slower one
  EXPECT_NEAR(p.rows[0].share, 2.5 / 5, 1e-12);
  EXPECT_EQ(p.rows[0].threads, 2u);
  EXPECT_EQ(p.rows[1].threads, 1u);
  EXPECT_NEAR(p.waiting_at_barriers, 0.2, 1e-12);
  // The first thread's wait is behind the packing; half of the time of two, a fifth of its own.
  EXPECT_NEAR(p.waiting_for_data, 0.5 / 2.5, 1e-12);
  EXPECT_EQ(p.peak, 200e9);
}

// Two threads that share a stage read from memory what both are known to, at most twice as much as
// one; without a figure, what one does.
TEST(Profile, MemoryBelongsToAllThreads) {
  ProfileRecords r = two_threads();
  r.plan.stages[0].bytes = 1e9;
  for (const auto& [together, expected] :
       std::vector<std::pair<double, double>>{{0, 10e9}, {15e9, 15e9}, {50e9, 20e9}, {5e9, 10e9}}) {
    const Profile p = make_profile(r, limits(), caches(), together);
    EXPECT_EQ(p.rows[0].limit, "memory");
    EXPECT_NEAR(p.rows[0].of_limit, 1e9 / expected / p.rows[0].step, 1e-6) << together;
    EXPECT_EQ(p.roofs.back().bytes_per_second, expected);
  }
  // A stage that one thread runs gains nothing.
  r.plan.stages[0].shared = false;
  EXPECT_NEAR(make_profile(r, limits(), caches(), 15e9).rows[0].of_limit,
              make_profile(r, limits(), caches()).rows[0].of_limit, 1e-12);
}

// One thread needs no figure of all cores; two get one that was measured here.
TEST(Profile, MeasuresWhatAllCoresReadFromMemory) {
  MachineIdentity machine = identify_machine();
  machine.caches = caches();
  EXPECT_EQ(profile_json(make_profile(one_thread(), machine, limits())),
            profile_json(make_profile(one_thread(), limits(), caches())));
  Limits slow = limits();
  slow.read.back().bytes_per_second = 1;  // so that any measured figure is above that of two cores
  ProfileRecords r = two_threads();
  r.plan.isa = supported_isas().front();
  EXPECT_EQ(make_profile(r, slow, caches()).roofs.back().bytes_per_second, 1);
  EXPECT_EQ(make_profile(r, machine, slow).roofs.back().bytes_per_second, 2);
}

TEST(Profile, NothingNotedIsNoMistake) {
  const Profile p = make_profile({}, Limits{}, {});
  EXPECT_TRUE(p.rows.empty());
  EXPECT_FALSE(profile_table(p).empty());
  test::expect_well_formed(draw_roofline(p));
  EXPECT_TRUE(nlohmann::json::accept(profile_json(p)));
  EXPECT_TRUE(nlohmann::json::accept(profile_trace({})));
}

TEST(Profile, TheTableFitsAScreen) {
  ProfileRecords r = two_threads();
  r.plan.stages[0].name = "1 dense(30, sigmoid): gradient of its input + 1 dense(30): activation";
  for (int i = 0; i < 60; ++i) {
    r.plan.stages.push_back(stage("layer " + std::to_string(i), "forward", 1e3, 1e3));
    for (ProfileThread& thread : r.threads)
      thread.work.push_back(1e-6 * i), thread.wait.push_back(1e-6);
  }
  std::istringstream table(profile_table(make_profile(r, limits(), caches())));
  std::size_t lines = 0;
  for (std::string line; std::getline(table, line); ++lines) EXPECT_LE(line.size(), 100u) << line;
  EXPECT_LE(lines, 45u);
}

TEST(Profile, FoldedStacksAddUpToTheWallTime) {
  const std::string folded = profile_folded(make_profile(one_thread(), limits(), caches()));
  std::istringstream lines(folded);
  double sum = 0;
  for (std::string line; std::getline(lines, line);) {
    EXPECT_TRUE(line.starts_with("epochs;")) << line;
    sum += std::stod(line.substr(line.rfind(' ') + 1));
  }
  EXPECT_NEAR(sum, 12000, 5);
  EXPECT_NE(folded.find("epochs;steps;forward;1 dense: forward 7000\n"), folded.npos) << folded;
}

TEST(Profile, ATraceIsJsonWhoseEventsBalance) {
  ProfileRecords r = two_threads();
  for (std::size_t thread = 0; thread < 2; ++thread)
    for (std::size_t step = 0; step < 3; ++step)
      for (std::size_t s = 0; s <= 3; ++s)
        r.events.push_back({thread, step, s, s == 1, 1e-6 * static_cast<double>(4 * step + s),
                            1e-6 * static_cast<double>(4 * step + s + 1)});
  const auto trace = nlohmann::json::parse(profile_trace(r));
  std::map<int, std::vector<std::string>> open;
  std::map<int, double> last;
  for (const auto& event : trace.at("traceEvents")) {
    const std::string kind = event.at("ph"), name = event.at("name");
    if (kind == "M") continue;
    auto& stack = open[event.at("tid")];
    EXPECT_GE(event.at("ts").get<double>(), last[event.at("tid")]);
    last[event.at("tid")] = event.at("ts");
    if (kind == "B") {
      stack.push_back(name);
    } else {
      ASSERT_EQ(kind, "E");
      ASSERT_FALSE(stack.empty());
      EXPECT_EQ(stack.back(), name);
      stack.pop_back();
    }
  }
  EXPECT_EQ(open.size(), 2u);
  for (const auto& [thread, stack] : open) EXPECT_TRUE(stack.empty()) << thread;
  EXPECT_NE(trace.dump().find("wait before loss"), std::string::npos);
}

TEST(Profile, TheRooflineIsSoundAndNamesEachStageWithArithmetic) {
  ProfileRecords r = one_thread();
  r.plan.stages[1].name = "1 dense<&>(30): forward";
  const std::string picture = draw_roofline(make_profile(r, limits(), caches()));
  test::expect_well_formed(picture);
  for (const char* name : {"1 dense&lt;&amp;&gt;: forward", "L1 200 GB/s", "L2 100 GB/s",
                           "memory 10 GB/s", "arithmetic 100 GFLOP/s", "operations per byte"})
    EXPECT_NE(picture.find(name), picture.npos) << name;
  EXPECT_EQ(picture.find("pack the batch"), picture.npos);
}

// Operations that reach the same stand on one place: each keeps a number that can be read, and a
// line says whose it is.
TEST(Profile, TheRooflineTellsDotsOnOnePlaceApart) {
  ProfileRecords r = one_thread();
  const PlanStage same = stage("dense: forward", "forward", 500000, 100000);
  constexpr std::size_t kSame = 12;
  r.plan.stages.assign(kSame, same);
  r.threads = {{std::vector<double>(kSame + 1, 1e-4), std::vector<double>(kSame + 1), 10e-3}};
  r.stretches.clear();
  const std::string picture = draw_roofline(make_profile(r, limits(), caches()));
  test::expect_well_formed(picture);
  // Places of the numbers in the drawing: left of the legend.
  std::vector<std::pair<double, double>> places;
  const std::regex number(R"re(<text x="([\d.]+)" y="([\d.]+)"[^>]*>(\d+)</text>)re");
  for (std::sregex_iterator at(picture.begin(), picture.end(), number), end; at != end; ++at)
    if (std::stod((*at)[1]) < 560 && (*at)[0].str().find("\"10\"") != std::string::npos)
      places.emplace_back(std::stod((*at)[1]), std::stod((*at)[2]));
  ASSERT_EQ(places.size(), kSame);
  for (std::size_t i = 0; i < kSame; ++i)
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_GE(std::hypot(places[i].first - places[j].first, places[i].second - places[j].second),
                13)
          << i << " and " << j;
  std::size_t lines = 0;
  for (std::size_t at = 0; (at = picture.find("stroke-width=\"0.7\"", at)) != picture.npos; ++at)
    ++lines;
  EXPECT_EQ(lines, kSame);
}

Profile slowed(double factor, std::size_t row) {
  Profile p = make_profile(one_thread(), limits(), caches());
  ProfileRow& r = p.rows[row];
  r.step *= factor, r.step_low *= factor, r.step_high *= factor;
  return p;
}

TEST(ProfileComparison, SaysWhatBecameSlowerAndWhere) {
  const Profile before = slowed(1, 0);
  const ProfileComparison c = compare_profiles(before, slowed(1.5, 1));
  ASSERT_EQ(c.changes.size(), 2u);
  EXPECT_EQ(c.changes[0].name, "1 dense(30, sigmoid): forward");
  EXPECT_TRUE(c.changes[0].certain);
  EXPECT_NEAR(c.changes[0].factor, 1.5, 1e-9);
  EXPECT_FALSE(c.changes[1].certain);
  const std::string text = comparison_text(c);
  EXPECT_NE(text.find("1.50x slower"), text.npos) << text;
  EXPECT_NE(text.find("Slower: 1 dense: forward (+3.60 us)"), text.npos) << text;
  EXPECT_NE(comparison_text(compare_profiles(slowed(1.5, 1), before)).find("1.50x faster"),
            text.npos);
}

TEST(ProfileComparison, NoiseIsNoChange) {
  Profile noisy = slowed(1.2, 1);
  noisy.rows[1].step_low = 1e-6;
  const ProfileComparison c = compare_profiles(slowed(1, 1), noisy);
  for (const ProfileChange& change : c.changes) EXPECT_FALSE(change.certain) << change.name;
  EXPECT_FALSE(compare_profiles(slowed(1, 1), slowed(1.02, 1)).changes[0].certain);
  // A fifth of something that is next to nothing.
  Profile before = slowed(1, 0), after = slowed(1, 0);
  for (Profile* p : {&before, &after}) p->rows[0].step_low = p->rows[0].step_high = 1e-7;
  before.rows[0].step = 1e-7, after.rows[0].step = 1.2e-7;
  after.rows[0].step_low = after.rows[0].step_high = 1.2e-7;
  EXPECT_FALSE(compare_profiles(before, after).changes[0].certain);
  EXPECT_NE(comparison_text(c).find("Nothing became slower"), std::string::npos);
}

TEST(ProfileComparison, OperationsComeAndGo) {
  Profile before = slowed(1, 0), after = slowed(1, 0);
  before.rows[0].name = "old";
  const std::string text = comparison_text(compare_profiles(before, after));
  EXPECT_NE(text.find("gone"), text.npos) << text;
  EXPECT_NE(text.find("new"), text.npos) << text;
  EXPECT_NE(text.find("Slower: pack the batch"), text.npos) << text;
}

TEST(ProfileComparison, ReadsWhatWasWritten) {
  const Profile p = slowed(1, 0);
  const Profile back = read_profile(profile_json(p), "a.json");
  ASSERT_EQ(back.rows.size(), p.rows.size());
  EXPECT_EQ(back.rows[1].step, p.rows[1].step);
  EXPECT_EQ(back.step_high, p.step_high);
  for (const ProfileChange& change : compare_profiles(p, back).changes)
    EXPECT_EQ(change.factor, 1) << change.name;
  for (const char* bad : {"", "{}", "[1]", "{\"lithe_profile\": 1}", "{\"lithe_profile\": 9}",
                          "{\"lithe_profile\":1,\"title\":\"\",\"step\":[1],\"operations\":[]}"})
    EXPECT_THROW(read_profile(bad, "a.json"), Error) << bad;
}

}  // namespace
}  // namespace lithe
