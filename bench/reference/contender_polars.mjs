// The reference workload as a lazy frame of Polars: contender_polars.mjs FOLDER THREADS. Its threads are set once a process.
import {binsAnOctave, figuresOfBins, figuresOfDeciles, line, load, readColumns, serve, size} from './turns.mjs';

const [folder, threads] = process.argv.slice(2);
process.env.POLARS_MAX_THREADS = threads;
const {default: pl} = await load('nodejs-polars');

const {col, lit} = pl, f32 = value => lit(value).cast(pl.Float32), f64 = expression => expression.cast(pl.Float64);
const eligible = col('rural').eq(1).and(col('kids').gt(0)).and(col('land').lt(2));
const grown = pl.when(eligible.and(col('land').gt(0.5))).then(col('income').mul(f32(1.43))).otherwise(col('income'));
const children = pl.when(col('kids').gt(3)).then(lit(3)).otherwise(col('kids'));
const grant = pl.when(eligible).then(children.mul(lit(5)).add(lit(20)).cast(pl.Float32)).otherwise(f32(0));
const gap = pl.when(col('y').lt(line)).then(lit(1).sub(col('y').div(lit(line)))).otherwise(lit(0));
const poverty = [col('w').filter(col('y').lt(line)).sum().alias('poor'), col('w').mul(gap).sum().alias('gap'),
                 col('w').mul(gap).mul(gap).sum().alias('squared')];

const frame = pl.DataFrame(Object.fromEntries(Object.entries(readColumns(folder)).map(([name, values]) => [name, pl.Series(name, values)])));
const welfare = () => frame.lazy().select(f64(col('weight')).alias('w'), f64(grown.add(grant).mul(f32(4 / size))).alias('y'));
const totals = [col('w').sum().alias('sum_w'), col('wy').sum().alias('wy'), ...poverty];
const rowsOf = lazy => lazy.collectSync().toRecords().map(row => ({...row, w: row.sum_w}));

// Deciles are of whole households.
const decile = col('cw').sub(col('w').div(2)).mul(10).div(col('w').sum()).floor().clip(0, 9);
const exact = () => rowsOf(welfare().sort('y').withColumns(col('w').mul(col('y')).alias('wy'), col('w').cumSum().alias('cw'))
  .withColumns(decile.alias('decile'))
  .groupBy('decile').agg(...totals, col('wy').mul(col('cw').mul(2).sub(col('w'))).sum().alias('ranked'), col('y').max().alias('highest'))
  .sort('decile'));
const sketch = () => rowsOf(welfare()
  .withColumns(col('w').mul(col('y')).alias('wy'), col('y').log(2).mul(binsAnOctave).floor().cast(pl.Int32).alias('bin'))
  .groupBy('bin').agg(...totals).sort('bin'));

const contender = (kind, run, figures) => ({contender: 'Polars', kind, threads: Number(threads), run, figures});
await serve([contender('exact', exact, figuresOfDeciles), contender('sketch', sketch, figuresOfBins)]);
