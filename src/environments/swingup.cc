// The cartpole swingup of dm_control (Tassa and others, "DeepMind Control Suite", 2018): swing up a
// pole that hangs from a cart and balance it. The physics are those of MuJoCo (Todorov, Erez and
// Tassa, "MuJoCo: a physics engine for model-based control", 2012), here written out for this one
// mechanism.
//
// State: position, angle from upright, velocity, angular velocity. With the cart's mass M, the
// pole's m, its centre of mass l from the hinge and its moment of inertia I about that,
//
//   (M + m) x'' + m l cos(a) a''       = F + m l sin(a) a'^2 - c x'  (+ the stop's force)
//   m l cos(a) x'' + (I + m l^2) a''   = m g l sin(a) - d a'
//
// The track ends in soft stops. MuJoCo's one is this: where the cart is p beyond the end, moving
// outward at v, the stop wants the acceleration -b v - k i p, and pushes inward by as much as takes
// the cart there against a softness R: see stop() below. MuJoCo finds the force of one stop, which
// is a quadratic problem in one number, exactly as done here.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "environments/dynamics.h"
#include "environments/exponential.h"
#include "environments/kinds.h"
#include "environments/picture.h"
#include "environments/runge_kutta.h"
#include "environments/trigonometry.h"

namespace lithe::environments {

namespace {

constexpr double kCart = 1, kPole = 0.1, kCentre = 0.5, kGravity = 9.81;
constexpr double kCartDamping = 5e-4, kHingeDamping = 2e-6, kForce = 10, kInterval = 0.01;
constexpr double kEnd = 1.8;

// Of a capsule about its centre, across: a cylinder of that length and half a ball at either end,
// the mass shared out by volume.
constexpr double capsule_inertia(double mass, double length, double radius) {
  const double cylinder = length, balls = 4.0 / 3.0 * radius;  // volumes, without pi radius^2
  const double cylinder_mass = mass * cylinder / (cylinder + balls),
               ball_mass = mass - cylinder_mass;
  return cylinder_mass * (length * length / 12 + radius * radius / 4) +
         ball_mass * (2.0 / 5 * radius * radius + length * length / 4 + 3.0 / 8 * length * radius);
}

constexpr double kMass = kCart + kPole, kMoment = kPole * kCentre;
constexpr double kTurning = capsule_inertia(kPole, 1, 0.045) + kMoment * kCentre;

// The stop (solreflimit 0.08 1, and MuJoCo's solimp 0.9 0.95 0.001 0.5 2).
constexpr double kTime = 0.08, kHardest = 0.95, kSoftest = 0.9, kWidth = 0.001;
constexpr double kStopDamping = 2 / (kHardest * kTime);
constexpr double kStopStiffness = 1 / (kHardest * kHardest * kTime * kTime);
// The inverse inertia of the cart with the pole upright, which MuJoCo scales R by.
constexpr double kLightness = kTurning / (kMass * kTurning - kMoment * kMoment);

// Inward force, 0 within the track. `free`: the outward acceleration without it; `lightness`: what
// a unit of force adds.
inline double stop(double beyond, double velocity, double free, double lightness) {
  const double depth = std::min(beyond / kWidth, 1.0);
  const double share = depth < 0.5 ? 2 * depth * depth : 1 - 2 * (1 - depth) * (1 - depth);
  const double hardness = kSoftest + share * (kHardest - kSoftest);
  const double wanted = -kStopDamping * velocity - kStopStiffness * hardness * beyond;
  const double softness = (1 - hardness) / hardness * kLightness;
  const double force = (free - wanted) / (lightness + softness);
  return ((beyond > 0) & (force > 0)) ? force : 0.0;
}

struct Slope {
  double force;

  void operator()(const double (&s)[4], double (&d)[4]) const {
    const auto [sine, cosine] = sine_cosine(s[1]);
    const double coupling = kMoment * cosine;
    const double push = force + kMoment * sine * (s[3] * s[3]) - kCartDamping * s[2];
    const double turn = kGravity * kMoment * sine - kHingeDamping * s[3];
    const double inverse = 1 / (kMass * kTurning - coupling * coupling);
    const double free = (kTurning * push - coupling * turn) * inverse;
    const double lightness = kTurning * inverse;
    const double side = s[0] < 0 ? -1.0 : 1.0;
    const double met = side * stop(side * s[0] - kEnd, side * s[2], side * free, lightness);
    d[0] = s[2], d[1] = s[3];
    d[2] = free - lightness * met;
    d[3] = (kMass * turn - coupling * (push - met)) * inverse;
  }
};

// dm_control's tolerance with a Gaussian: 1 at 0, a tenth at `margin`.
inline double tolerance(double value, double margin) {
  const double share = value / margin;
  return exponential(-std::numbers::ln10 * (share * share));
}

// Standard normal (Box and Muller, 1958) with our own cosine, as the rest of the physics. The
// second number that the method gives is not used.
double normal(Rng& rng) {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - rng.uniform()));
  return radius * sine_cosine(2.0 * std::numbers::pi * rng.uniform()).cosine;
}

struct SwingUp {
  static constexpr std::size_t kState = 4, kObserved = 5;
  static constexpr bool kDiscrete = false;

  explicit SwingUp(const Component& sentence)
      : sparse(sentence.component("sparse").name == "true") {}

  StepResult<4> step(const double (&s)[4], double action) const {
    const double control = std::min(std::max(action, -1.0), 1.0);
    StepResult<4> moved{{s[0], s[1], s[2], s[3]}, 0, false};
    runge_kutta(moved.state, kInterval, Slope{kForce * control});
    moved.reward = reward(moved.state, control);
    return moved;
  }

  double reward(const double (&s)[4], double control) const {
    const double cosine = sine_cosine(s[1]).cosine;
    const double within = ((std::abs(s[0]) <= 0.25) & (cosine >= 0.995)) ? 1.0 : 0.0;
    const double upright = (1 + cosine) / 2, centred = (1 + tolerance(s[0], 2)) / 2;
    const double small_control = (4 + (1 - control * control)) / 5;
    const double small_velocity = (1 + tolerance(s[3], 5)) / 2;
    return sparse ? within : upright * small_control * small_velocity * centred;
  }

  void observe(const double (&s)[4], double (&o)[5]) const {
    const auto [sine, cosine] = sine_cosine(s[1]);
    o[0] = s[0], o[1] = cosine, o[2] = sine, o[3] = s[2], o[4] = s[3];
  }

  void begin(Rng& rng, double (&s)[4]) const {
    for (double& value : s) value = 0.01 * normal(rng);
    s[1] += std::numbers::pi;
  }

  bool possible(const double (&s)[4]) const {
    return std::abs(s[0]) < 100 && std::abs(s[1]) < 1e5 && std::abs(s[2]) < 1e4 &&
           std::abs(s[3]) < 1e4;
  }

  void draw(const double (&s)[4], Picture& picture) const {
    Painter paint(picture, {-3, -1.2}, {3, 1.2}, 56);  // the pole at the track's ends is in it
    paint.line({-kEnd - 0.2, 0}, {kEnd + 0.2, 0}, 0.02, kGrey);
    for (const double end : {-kEnd, kEnd}) paint.line({end, -0.12}, {end, 0.12}, 0.03, kGrey);
    paint.box({s[0] - 0.2, -0.1}, {s[0] + 0.2, 0.1}, kInk);
    paint.line({s[0], 0}, {s[0] + std::sin(s[1]), std::cos(s[1])}, 0.09, kOrange);
    paint.disc({s[0], 0}, 0.04, kBlue);
  }

  bool sparse;
};

Spaces spaces(const Component&) {
  constexpr float kInfinite = std::numeric_limits<float>::infinity();
  return {.observation = {{5}},
          .low = {-kInfinite, -1, -1, -kInfinite, -kInfinite},
          .high = {kInfinite, 1, 1, kInfinite, kInfinite},
          .action_low = {-1},
          .action_high = {1},
          .step_limit = 1000,
          .step_seconds = kInterval};
}

}  // namespace

Kind cartpole_swingup() {
  using network::Category, network::Type;
  return {{"cartpole_swingup",
           "swing up a pole that hangs from a cart and balance it: dm_control's cartpole swingup",
           {{"sparse",
             "reward 1 while the pole is upright and the cart in the middle, 0 otherwise",
             Type::component,
             "false",
             {},
             {},
             false,
             Category::answer}}},
          spaces,
          make_dynamics<SwingUp>};
}

}  // namespace lithe::environments
