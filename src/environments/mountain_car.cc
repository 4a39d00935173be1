// Gymnasium's MountainCar-v0 and MountainCarContinuous-v0: a car too weak for the hill that it must
// climb. Moore, "Efficient memory-based learning for robot control", 1990.
//
// State and observation: position and velocity. -1 each step until the flag is reached, and with
// numbers for actions 100 there, less a tenth of each action's square.
#include <algorithm>
#include <cmath>

#include "environments/dynamics.h"
#include "environments/kinds.h"
#include "environments/picture.h"
#include "environments/trigonometry.h"

namespace lithe::environments {

namespace {

constexpr double kLeft = -1.2, kRight = 0.6, kFastest = 0.07, kGravity = 0.0025;

double height(double x) { return std::sin(3 * x) * 0.45 + 0.55; }

void draw_car(double x, double flag, Picture& picture) {
  Painter paint(picture, {kLeft - 0.05, 0}, {kRight + 0.05, 1.3}, 170);
  for (double from = kLeft; from < kRight; from += 0.02)
    paint.line({from, height(from)}, {from + 0.02, height(from + 0.02)}, 0.015, kInk);
  paint.line({flag, height(flag)}, {flag, height(flag) + 0.2}, 0.012, kInk);
  paint.box({flag, height(flag) + 0.12}, {flag + 0.09, height(flag) + 0.2}, kGreen);
  const double slope = std::cos(3 * x) * 1.35, length = std::hypot(1, slope);
  const Point along{1 / length, slope / length}, up{-along.y, along.x};
  const auto at = [&](double forward, double high) {
    return Point{x + forward * along.x + high * up.x, height(x) + forward * along.y + high * up.y};
  };
  paint.line(at(-0.05, 0.07), at(0.05, 0.07), 0.06, kOrange);
  paint.disc(at(-0.045, 0.03), 0.026, kBlue);
  paint.disc(at(0.045, 0.03), 0.026, kBlue);
}

struct MountainCar {
  static constexpr std::size_t kState = 2, kObserved = 2;
  static constexpr bool kDiscrete = true;
  static constexpr double kGoal = 0.5;

  explicit MountainCar(const Component&) {}

  StepResult<2> step(const double (&s)[2], double action) const {
    const double faster = s[1] + (action - 1) * 0.001 - sine_cosine(3 * s[0]).cosine * kGravity;
    const double bounded = std::min(std::max(faster, -kFastest), kFastest);
    const double x = std::min(std::max(s[0] + bounded, kLeft), kRight);
    const double velocity = ((x == kLeft) & (bounded < 0)) ? 0.0 : bounded;
    return {{x, velocity}, -1.0, x >= kGoal && velocity >= 0};
  }

  void observe(const double (&s)[2], double (&o)[2]) const { o[0] = s[0], o[1] = s[1]; }

  void begin(Rng& rng, double (&s)[2]) const {
    s[0] = rng.uniform(-0.6, -0.4);
    s[1] = 0;
  }

  bool possible(const double (&s)[2]) const {
    return s[0] >= kLeft && s[0] <= kRight && std::abs(s[1]) <= kFastest &&
           !(s[0] >= kGoal && s[1] >= 0);
  }

  void draw(const double (&s)[2], Picture& picture) const { draw_car(s[0], kGoal, picture); }
};

// Gymnasium keeps this one's state as float32, and computes with it.
struct MountainCarContinuous {
  static constexpr std::size_t kState = 2, kObserved = 2;
  static constexpr bool kDiscrete = false;
  static constexpr float kGoal = 0.45f;

  explicit MountainCarContinuous(const Component&) {}

  StepResult<2> step(const double (&s)[2], double action) const {
    constexpr float kFast = static_cast<float>(kFastest);
    const float position = static_cast<float>(s[0]), given = static_cast<float>(action);
    const float force = std::min(std::max(given, -1.0f), 1.0f);
    const double slope = sine_cosine(static_cast<double>(3 * position)).cosine;
    const float faster =
        static_cast<float>(s[1]) + (force * 0.0015f - static_cast<float>(kGravity * slope));
    const float bounded = std::min(std::max(faster, -kFast), kFast);
    const float x = std::min(std::max(position + bounded, static_cast<float>(kLeft)),
                             static_cast<float>(kRight));
    const float velocity = ((x == static_cast<float>(kLeft)) & (bounded < 0)) ? 0.0f : bounded;
    const bool done = (x >= kGoal) & (velocity >= 0);
    const double effort = static_cast<double>(given) * static_cast<double>(given) * 0.1;
    return {{static_cast<double>(x), static_cast<double>(velocity)},
            (done ? 100.0 : 0.0) - effort,
            done};
  }

  void observe(const double (&s)[2], double (&o)[2]) const { o[0] = s[0], o[1] = s[1]; }

  void begin(Rng& rng, double (&s)[2]) const {
    s[0] = static_cast<double>(static_cast<float>(rng.uniform(-0.6, -0.4)));
    s[1] = 0;
  }

  bool possible(const double (&s)[2]) const {
    constexpr double kGoalHere = static_cast<double>(kGoal), kSlack = 1e-6;
    return s[0] >= kLeft - kSlack && s[0] <= kRight + kSlack &&
           std::abs(s[1]) <= kFastest + kSlack && !(s[0] >= kGoalHere && s[1] >= 0);
  }

  void draw(const double (&s)[2], Picture& picture) const {
    draw_car(s[0], static_cast<double>(kGoal), picture);
  }
};

Spaces bounds() {
  const float left = static_cast<float>(kLeft), right = static_cast<float>(kRight);
  const float fastest = static_cast<float>(kFastest);
  return {.observation = {{2}}, .low = {left, -fastest}, .high = {right, fastest}};
}

Spaces discrete_spaces(const Component&) {
  Spaces result = bounds();
  result.choices = 3;
  result.step_limit = 200;
  result.solved = -110;
  return result;
}

Spaces continuous_spaces(const Component&) {
  Spaces result = bounds();
  result.action_low = {-1};
  result.action_high = {1};
  result.step_limit = 999;
  result.solved = 90;
  return result;
}

}  // namespace

Kind mountain_car() {
  return {{"mountain_car",
           "drive an underpowered car up a hill: left (0), no push (1) or right (2): Gymnasium's "
           "MountainCar-v0"},
          discrete_spaces,
          make_dynamics<MountainCar>};
}

Kind mountain_car_continuous() {
  return {{"mountain_car_continuous",
           "the same with a continuous force: Gymnasium's MountainCarContinuous-v0"},
          continuous_spaces,
          make_dynamics<MountainCarContinuous>};
}

}  // namespace lithe::environments
