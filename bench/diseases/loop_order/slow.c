/* Correlations between the channels of long recordings: each is compared with its neighbour. */
#include <stdio.h>
#include <stdlib.h>

enum { SAMPLES = 6000, CHANNELS = 2048, EPOCHS = 6, PASSES = 6 };

static float* recordings(void) {
  float* x = malloc(sizeof(float) * SAMPLES * CHANNELS);
  unsigned state = 1;
  for (size_t i = 0; i < (size_t)SAMPLES * CHANNELS; i++) {
    state = state * 1664525u + 1013904223u;
    x[i] = (float)(state >> 8) / 16777216.0f - 0.5f;
  }
  return x;
}

static void correlate(const float* x, float* sums) {
  for (int channel = 0; channel + 1 < CHANNELS; channel++) {
    for (int sample = 0; sample < SAMPLES; sample++) {
      const float* row = x + (size_t)sample * CHANNELS;
      sums[channel] += row[channel] * row[channel + 1];
    }
  }
}

int main(void) {
  float* x = recordings();
  float* sums = calloc(CHANNELS, sizeof(float));
  for (int epoch = 0; epoch < EPOCHS; epoch++) {
    for (int pass = 0; pass < PASSES; pass++) correlate(x, sums);
    double total = 0;
    for (int i = 0; i < CHANNELS; i++) total += sums[i];
    printf("epoch %d total %.3f\n", epoch + 1, total / (epoch + 1));
    fflush(stdout);
  }
  free(x);
  free(sums);
  return 0;
}
