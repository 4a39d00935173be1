import java.util.Random;

/** Matrix factorisation of ratings by stochastic gradient descent. */
public final class Train {
    private static final int USERS = 20_000;
    private static final int ITEMS = 5_000;
    private static final int FACTORS = 32;
    private static final int RATINGS = 300_000;

    static double[] vector(Random random) {
        double[] values = new double[FACTORS];
        for (int f = 0; f < FACTORS; f++) {
            values[f] = 0.1 * random.nextGaussian();
        }
        return values;
    }

    static double update(double[] user, double[] item, double rating, double rate) {
        double predicted = 0;
        for (int f = 0; f < FACTORS; f++) {
            predicted += user[f] * item[f];
        }
        double error = rating - predicted;
        for (int f = 0; f < FACTORS; f++) {
            double u = user[f];
            double i = item[f];
            user[f] = u + rate * error * i;
            item[f] = i + rate * error * u;
        }
        return error * error;
    }

    public static void main(String[] arguments) {
        Random random = new Random(6);
        double[][] users = new double[USERS][];
        double[][] items = new double[ITEMS][];
        for (int u = 0; u < USERS; u++) {
            users[u] = vector(random);
        }
        for (int i = 0; i < ITEMS; i++) {
            items[i] = vector(random);
        }
        for (int epoch = 1; epoch <= 8; epoch++) {
            Random order = new Random(7);
            double loss = 0;
            for (int r = 0; r < RATINGS; r++) {
                int u = order.nextInt(USERS);
                int i = order.nextInt(ITEMS);
                loss += update(users[u], items[i], 1 + (u + i) % 5, 0.01);
            }
            System.out.printf("epoch %d loss %.4f%n", epoch, loss / RATINGS);
            System.out.flush();
        }
    }
}
